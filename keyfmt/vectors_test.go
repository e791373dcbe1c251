package keyfmt_test

import (
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/internal/vectors"
	"github.com/latchkey-go/latchkey/keyfmt"
)

// TestVectors runs testdata/keyfmt. The body of a vector is a text as typed. For
// "ok" and "corrected" the headers kind, payload (hexadecimal), canonical (the
// rows, joined by one space each) and corrections (how many) say what is read;
// "ok" goes with 0 of them. For "refused" problem is the class of the error, and
// kind, where it stands, the kind that the text is meant to be.
func TestVectors(t *testing.T) {
	t.Parallel()
	headers := []string{"kind", "payload", "canonical", "corrections", "problem"}
	vectors.Run(t, "../testdata/keyfmt", "typed-key", headers, func(t *testing.T, v vectors.Vector) {
		key, corrections, err := keyfmt.Parse(string(v.Body))
		if id := keyfmt.Identify(string(v.Body)); v.Header["kind"] != "" && id.Kind.String() != v.Header["kind"] {
			t.Errorf("identified as %v", id.Kind)
		}
		switch v.Expect() {
		case "ok", "corrected":
			if err != nil {
				t.Fatal(err)
			}
			expectRead(t, v, key, len(corrections))
		case "refused":
			if !key.IsZero() || err == nil || problemOf(err) != v.Header["problem"] {
				t.Errorf("%v, %v: %q", key, err, problemOf(err))
			}
			for _, name := range []string{"payload", "canonical", "corrections"} {
				if v.Header[name] != "" {
					t.Errorf("header %q says nothing of a refused text", name)
				}
			}
		default:
			t.Errorf("unknown outcome %q", v.Expect())
		}
	})
}

func expectRead(t *testing.T, v vectors.Vector, key keyfmt.Key, corrections int) {
	t.Helper()
	for name, got := range map[string]string{
		"kind":        key.Kind().String(),
		"payload":     hex.EncodeToString(key.Payload()),
		"canonical":   strings.Join(key.Rows(), " "),
		"corrections": strconv.Itoa(corrections),
		"problem":     "",
	} {
		if v.Header[name] != got {
			t.Errorf("%s: %q, not %q", name, got, v.Header[name])
		}
	}
	if (v.Expect() == "ok") != (corrections == 0) {
		t.Errorf("%d corrections are not %q", corrections, v.Expect())
	}
	payload, err := hex.DecodeString(v.Header["payload"])
	if err != nil {
		t.Fatal(err)
	}
	made, err := keyfmt.New(key.Kind(), payload)
	if err != nil || !made.Equal(key) {
		t.Errorf("made of its payload: %v", err)
	}
}

// problemOf is the word of a vector for an error.
func problemOf(err error) string {
	var e *keyfmt.RowError
	switch {
	case errors.Is(err, keyfmt.ErrTooLong):
		return "too-long"
	case errors.Is(err, keyfmt.ErrUnrecognized):
		return "unrecognized"
	case errors.As(err, &e):
		return e.Problem.String()
	}
	return ""
}
