package keyfmt

import (
	"encoding/json"
	"testing"
)

// A correction is read from JSON as it was written, and a character is one.
func TestCorrectionJSON(t *testing.T) {
	t.Parallel()
	for _, c := range []Correction{{1, 2, 3, '?', 'K'}, {6, 5, 5, 'Ü', '0'}, {1, 1, 1, '"', '1'}, {1, 1, 1, '\uFFFD', '1'}} {
		text, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		var back Correction
		if err := json.Unmarshal(text, &back); err != nil || back != c {
			t.Errorf("%s is read as %v: %v", text, back, err)
		}
	}
	for _, wrong := range []string{`""`, `"ab"`, `7`} {
		var c Char
		if json.Unmarshal([]byte(wrong), &c) == nil {
			t.Errorf("%s is read as a character", wrong)
		}
	}
}
