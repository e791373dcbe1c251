package license

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// The values of a closed set have the same word as text and in JSON; reading an
// unknown word is an error. "" is an absent value.

// wordOf returns the word of a number, and for one without "State(9)".
func wordOf(kind string, words []string, n uint8) string {
	if int(n) < len(words) {
		return words[n]
	}
	return kind + "(" + strconv.Itoa(int(n)) + ")"
}

func unknownWord(what string, text []byte, words []string) error {
	return fmt.Errorf("license: %s is no %s: it is one of %s", quoted(string(text)), what, strings.Join(words, ", "))
}

func marshalWord(what string, words []string, n uint8) ([]byte, error) {
	if int(n) >= len(words) {
		return nil, fmt.Errorf("license: %d is no %s", n, what)
	}
	return []byte(words[n]), nil
}

// readWord reads the number of a word.
func readWord[T ~uint8](to *T, what string, words []string, text []byte) error {
	i := slices.Index(words, string(text))
	if i < 0 {
		return unknownWord(what, text, words)
	}
	*to = T(i)
	return nil
}

// readOneOf reads one of a few words.
func readOneOf[T ~string](to *T, what string, text []byte, words ...T) error {
	if len(text) > 0 && !slices.Contains(words, T(text)) {
		all := make([]string, len(words))
		for i, w := range words {
			all[i] = string(w)
		}
		return unknownWord(what, text, all)
	}
	*to = T(text)
	return nil
}

// MarshalText returns String.
func (s State) MarshalText() ([]byte, error) { return marshalWord("state", stateWords, uint8(s)) }

// UnmarshalText reads what MarshalText returns.
func (s *State) UnmarshalText(text []byte) error { return readWord(s, "state", stateWords, text) }

// MarshalText returns String.
func (l Level) MarshalText() ([]byte, error) { return marshalWord("level", levelWords, uint8(l)) }

// UnmarshalText reads what MarshalText returns.
func (l *Level) UnmarshalText(text []byte) error { return readWord(l, "level", levelWords, text) }

var termWords = []string{"perpetual", "dates", "first_use", "activation", "extend"}

// String returns the word for the kind.
func (k TermKind) String() string { return wordOf("TermKind", termWords, uint8(k)) }

// MarshalText returns String.
func (k TermKind) MarshalText() ([]byte, error) {
	return marshalWord("kind of a term", termWords, uint8(k))
}

// UnmarshalText reads what MarshalText returns.
func (k *TermKind) UnmarshalText(text []byte) error {
	return readWord(k, "kind of a term", termWords, text)
}

// UnmarshalText reads a kind of licence.
func (k *Kind) UnmarshalText(text []byte) error {
	return readOneOf(k, "kind of licence", text, Full, Provisional, Trial, Test)
}

// UnmarshalText reads the effect of the end of maintenance.
func (l *Lapse) UnmarshalText(text []byte) error { return readOneOf(l, "lapse", text, Keep, Stop) }

// UnmarshalText reads what counts as one concurrent use.
func (c *Counting) UnmarshalText(text []byte) error {
	return readOneOf(c, "way to count", text, PerStation, PerLogin, PerProcess)
}

// MarshalText returns the word for the note, such as "nothing_unlimited".
func (n Note) MarshalText() ([]byte, error) { return []byte(n), nil }

// UnmarshalText reads what MarshalText returns.
func (n *Note) UnmarshalText(text []byte) error {
	return readOneOf(n, "note", text, Changed, Added, Removed, NothingUnlimited, NothingEarlier)
}

// UnmarshalText reads a vendor's hold on an activation.
func (h *Hold) UnmarshalText(text []byte) error {
	return readOneOf(h, "hold", text, HoldBlocked, HoldPayment)
}

// UnmarshalText reads a role of a key.
func (r *Role) UnmarshalText(text []byte) error {
	return readOneOf(r, "role", text, RoleLicense, RoleActivation, RoleRoot)
}

// UnmarshalText reads a code. It accepts an unknown code, which a later version may
// have written, and refuses a text that does not have the form of a code.
func (c *Code) UnmarshalText(text []byte) error {
	for _, b := range text {
		if (b < 'a' || b > 'z') && (b < '0' || b > '9') && b != '_' || len(text) > MaxID {
			return fmt.Errorf("license: %s is no code, which is of lower-case letters, digits and _", quoted(string(text)))
		}
	}
	*c = Code(text)
	return nil
}

// MarshalText returns the date as 2006-01-02, and nothing for no date.
func (d Date) MarshalText() ([]byte, error) {
	if d < 0 || d > maxDate {
		return nil, errDate
	}
	return []byte(d.String()), nil
}

// UnmarshalText reads what MarshalText returns.
func (d *Date) UnmarshalText(text []byte) (err error) {
	if len(text) == 0 {
		*d = 0
		return nil
	}
	*d, err = ParseDate(string(text))
	return err
}

// String returns the reference as "acme-cad/export".
func (r Ref) String() string { return r.Product + "/" + r.Feature }

// MarshalText returns String. It is how a Ref stands in JSON.
func (r Ref) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads what MarshalText returns.
func (r *Ref) UnmarshalText(text []byte) error {
	product, feature, found := strings.Cut(string(text), "/")
	if !found || !IsID(product) || !IsID(feature) {
		return fmt.Errorf("license: %s does not name a feature, as in acme-cad/export", quoted(string(text)))
	}
	*r = Ref{product, feature}
	return nil
}

// MarshalJSON returns the conditions as a list of words, in ascending order.
func (c Condition) MarshalJSON() ([]byte, error) {
	w := &encoder{}
	w.conditions(c)
	if known := NoVirtualMachine | NoRemoteSession; c&^known != 0 {
		return nil, fmt.Errorf("license: %d is no set of conditions", c)
	}
	return w.Bytes()
}

// UnmarshalJSON reads what MarshalJSON returns, in any order.
func (c *Condition) UnmarshalJSON(text []byte) error {
	list := strings.TrimSpace(string(text))
	inner, isList := strings.CutPrefix(list, "[")
	inner, closed := strings.CutSuffix(inner, "]")
	if !isList || !closed {
		return fmt.Errorf("license: conditions are a list of words")
	}
	*c = 0
	for word := range strings.SplitSeq(inner, ",") {
		if word = strings.TrimSpace(word); word == "" && len(strings.TrimSpace(inner)) == 0 {
			return nil
		}
		one, known := conditionOf(word)
		if !known {
			return fmt.Errorf("license: %s is no condition: it is no_remote_session or no_virtual_machine", quoted(word))
		}
		*c |= one
	}
	return nil
}

// conditionOf returns the condition with a word, as JSON writes it.
func conditionOf(word string) (Condition, bool) {
	for _, w := range conditionWords {
		if word == `"`+w.word+`"` {
			return w.condition, true
		}
	}
	return 0, false
}
