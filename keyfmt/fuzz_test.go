package keyfmt

import (
	"errors"
	"testing"
	"unicode/utf8"
)

// FuzzParse holds that no text causes a panic, that what is read is printed so
// that it is read again without corrections, that Identify agrees, and that what is
// refused is refused in one of the ways documented.
func FuzzParse(f *testing.F) {
	for _, key := range testKeys(f, 40) {
		f.Add(key.Text())
	}
	f.Add("S00?G 40r4o\u2013M30E2\u200b096ZT KRR1")
	f.Fuzz(func(t *testing.T, text string) {
		key, corrections, err := Parse(text)
		id := Identify(text)
		if id.Complete != (err == nil) || id.Rows < 0 || id.Total < 0 || id.Total > MaxRows {
			t.Fatalf("identified as %+v, but %v", id, err)
		}
		if err != nil {
			expectRefused(t, key, corrections, id, err)
			return
		}
		if id != (Identity{key.Kind(), len(key.Rows()), len(key.Rows()), true}) {
			t.Errorf("%v of %d rows is identified as %+v", key, len(key.Rows()), id)
		}
		again, none, err := Parse(key.Text())
		if err != nil || len(none) > 0 || !again.Equal(key) {
			t.Errorf("printed as %q, which is %v, %v, %v", key.Text(), again, none, err)
		}
		made, err := New(key.Kind(), key.Payload())
		if err != nil || !made.Equal(key) {
			t.Errorf("made again: %v", err)
		}
		for _, c := range corrections {
			if c.Row < 1 || c.Group < 1 || c.Group > 5 || c.Position < 1 || c.Position > 5 || !utf8.ValidString(c.String()) {
				t.Errorf("correction %+v", c)
			}
		}
	})
}

func expectRefused(t *testing.T, key Key, corrections []Correction, id Identity, err error) {
	t.Helper()
	var e *RowError
	switch {
	case !key.IsZero() || corrections != nil:
		t.Errorf("%v and %d corrections beside an error", key, len(corrections))
	case errors.Is(err, ErrTooLong) || errors.Is(err, ErrUnrecognized):
		if id != (Identity{}) {
			t.Errorf("identified as %+v, but %v", id, err)
		}
	case !errors.As(err, &e):
		t.Errorf("error of type %T", err)
	case e.Kind != id.Kind || e.Problem < TooManyWrong || e.Problem > NotADigit || e.Error() == "":
		t.Errorf("%+v, identified as %+v", e, id)
	}
}
