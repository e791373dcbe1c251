package license

import (
	"errors"
	"fmt"
)

// A Serial is a serial number. Whoever has it can activate what was sold with
// it, so it prints as a mask, in logs too; string(s) is the number itself.
type Serial string

const serialMask = "[serial number]"

// String returns a mask.
func (s Serial) String() string {
	if s == "" {
		return ""
	}
	return serialMask
}

// Format prints the mask under every verb.
func (s Serial) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(s.String())) }

// UnmarshalText reads a serial number. It reads the mask as an empty one.
func (s *Serial) UnmarshalText(text []byte) error {
	switch {
	case string(text) == serialMask || len(text) == 0:
		*s = ""
	case !IsID(string(text)):
		return errors.New("license: a serial number is an identifier")
	default:
		*s = Serial(text)
	}
	return nil
}

// MarshalText writes the mask, for logs and for structures printed as JSON.
func (s Serial) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
