package binding

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
)

const (
	textHeader   = "latchkey fingerprint 1"
	checksumSize = 8
)

// Text returns the fingerprint's text, ending in a line feed; the
// package comment has its form. The only error is that of the zero
// Fingerprint, which belongs to no product.
func (f Fingerprint) Text() ([]byte, error) {
	c := f.get()
	if c.product == "" {
		return nil, errors.New("binding: the zero fingerprint has no text")
	}
	var b strings.Builder
	b.WriteString(textHeader + "\nproduct " + c.product + "\n")
	for _, r := range c.components {
		b.WriteString(r.name)
		for _, d := range r.digests {
			b.WriteString(" " + hex.EncodeToString(d[:]))
		}
		switch {
		case r.why != "":
			b.WriteString(" unreadable " + r.why)
		case len(r.digests) == 0:
			b.WriteString(" absent")
		}
		b.WriteByte('\n')
	}
	b.WriteString("end " + checksum(b.String()) + "\n")
	return []byte(b.String()), nil
}

func checksum(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:checksumSize])
}

// ParseText reads a fingerprint's text. It forgives CRLF, blanks at the
// ends of lines and blank lines before and after, as mail and editors leave
// them. Anything else that Text would not write, and a text longer than
// [MaxTextLength], is a [*DamagedError], and f stays as it was.
func (f *Fingerprint) ParseText(text []byte) error {
	if len(text) > MaxTextLength {
		return damaged("fingerprint text: too long")
	}
	lines := tidy(string(text))
	if len(lines) < 3 || lines[0] != textHeader {
		return damaged("fingerprint text: not a latchkey fingerprint, version 1, or cut short")
	}
	last := len(lines) - 1
	if lines[last] != "end "+checksum(strings.Join(lines[:last], "\n")+"\n") {
		return damaged("fingerprint text: cut or changed on its way; the line \"end\" does not fit")
	}
	product, ok := strings.CutPrefix(lines[1], "product ")
	if !ok || !validProduct(product) {
		return damaged("fingerprint text: line \"product\"")
	}
	if last-2 > MaxFingerprintComponents {
		return damaged("fingerprint text: too many components")
	}
	read := content{product: product}
	for _, line := range lines[2:last] {
		r, ok := parseReading(line)
		if !ok {
			return damaged("fingerprint text: a component's line")
		}
		if n := len(read.components); n > 0 && r.name <= read.components[n-1].name {
			return damaged("fingerprint text: components out of order")
		}
		read.components = append(read.components, r)
	}
	*f = hide(read)
	return nil
}

// tidy splits text into lines without trailing blanks, and drops blank lines
// before and after.
func tidy(text string) []string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " \t\r")
	}
	for len(lines) > 0 && lines[0] == "" {
		lines = lines[1:]
	}
	for len(lines) > 0 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

func parseReading(line string) (reading, bool) {
	name, rest, found := strings.Cut(line, " ")
	if !found || !validName(name) || name == InstallationCodeScheme {
		return reading{}, false
	}
	r := reading{name: name}
	if rest == "absent" {
		return r, true
	}
	for rest != "" {
		if why, ok := strings.CutPrefix(rest, "unreadable "); ok {
			r.why = why
			return r, slices.Contains(whys, why)
		}
		var word string
		word, rest, _ = strings.Cut(rest, " ")
		d, ok := parseDigest(word)
		n := len(r.digests)
		if !ok || n == MaxDigests || n > 0 && compareDigests(r.digests[n-1], d) >= 0 {
			return reading{}, false
		}
		r.digests = append(r.digests, d)
	}
	return r, len(r.digests) > 0
}

func parseDigest(word string) (d digest, ok bool) {
	if len(word) != 2*digestSize || word != strings.ToLower(word) {
		return digest{}, false
	}
	_, err := hex.Decode(d[:], []byte(word))
	return d, err == nil
}

var errJSON = errors.New("binding: a fingerprint has a text of its own: use Text and ParseText")

// MarshalJSON returns an error: a fingerprint that went into JSON by accident
// would be lost, or stand in a log.
func (f Fingerprint) MarshalJSON() ([]byte, error) { return nil, errJSON }

// UnmarshalJSON returns an error, as MarshalJSON does.
func (f *Fingerprint) UnmarshalJSON([]byte) error { return errJSON }
