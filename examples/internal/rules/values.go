package rules

import (
	"fmt"
	"net/mail"
	"net/url"
	"regexp"
	"strings"
	"unicode"

	"github.com/latchkey-go/latchkey/license"
)

// soon is the number of days before the last day of a key in which there is a warning.
const soon = 30

// key checks whether products will accept documents that are signed now.
func (c *Check) key() Findings {
	switch end := c.KeyEnd; {
	case end == 0:
		return nil
	case c.Today > end:
		return Findings{refuse(KeyEnded, "key", "the last day of the signing key was "+end.String()+", so products refuse documents that it signs now", "make a new key and a new keyring")}
	case end-c.Today <= soon:
		return Findings{warn(KeyEndsSoon, "key", "the last day of the signing key is "+end.String()+"; documents that it signs until then stay valid", "make a new key and a new keyring by then")}
	}
	return nil
}

// KeyringEnd finds out whether a key can sign anything that is added to a keyring
// with a last day.
func (c *Check) KeyringEnd(field string, end license.Date) Findings {
	if end >= c.Today || c.PastMeant {
		return nil
	}
	return Findings{refuse(KeyEnded, field, "the key's last day, "+end.String()+", is over, so products would refuse every document that it signs", c.Words.Past)}
}

// term finds a term that is over.
func (c *Check) term(path, what string, t license.Term, rewrite bool) Findings {
	if t.Kind != license.Dates || len(t.Intervals) == 0 {
		return nil
	}
	return c.past(path, "the term of "+what, t.Intervals[len(t.Intervals)-1].Until, rewrite)
}

func (c *Check) window(t license.Term, rewrite bool) Findings {
	if t.Kind != license.Dates || len(t.Intervals) == 0 {
		return nil
	}
	return c.past("window", "the window", t.Intervals[len(t.Intervals)-1].Until, rewrite)
}

func (c *Check) maintenance(path string, until license.Date, rewrite bool) Findings {
	return c.past(path+"/maintenance", "the maintenance of "+strings.TrimPrefix(path, "products/"), until, rewrite)
}

// past finds a day that is over. A rewrite may be meant to end something.
func (c *Check) past(path, what string, until license.Date, rewrite bool) Findings {
	if until == 0 || until >= c.Today {
		return nil
	}
	text := fmt.Sprintf("%s ends on %s, which is over", what, until)
	if rewrite || c.PastMeant {
		return Findings{warn(Past, path, text, "")}
	}
	return Findings{refuse(Past, path, text, c.Words.Past)}
}

// notEnforced finds limits that nothing enforces yet.
func notEnforced(path, what string, seats, concurrent int64) (found Findings) {
	for _, limit := range []struct {
		n    int64
		name string
	}{{seats, "seats"}, {concurrent, "concurrent use"}} {
		if limit.n > 0 {
			found = append(found, warn(NotEnforced, path, fmt.Sprintf("the limit on %s of %s is not enforced yet", limit.name, what), ""))
		}
	}
	return found
}

// noEnd finds a trial or provisional licence that never ends.
func noEnd(kind license.Kind, window license.Term, endless bool) Findings {
	if kind != license.Trial && kind != license.Provisional || window.Kind != license.Perpetual || !endless {
		return nil
	}
	return Findings{warn(NoEnd, "window", "this "+string(kind)+" licence has no end", "give it a window, as in activation=30d")}
}

// NoEndOfTrial finds a sale as a trial whose licence never ends.
func NoEndOfTrial(l *license.License) Findings {
	if l.Kind == license.Trial || l.Kind == license.Provisional { // License finds those
		return nil
	}
	return noEnd(license.Trial, l.Window, endless(l.Products))
}

var versionForm = regexp.MustCompile(`^v?[0-9]+(\.[0-9]+)*([-+].*)?$`)

// version finds a highest version that cannot be compared with others.
func version(path, v string) Findings {
	if v == "" || versionForm.MatchString(v) {
		return nil
	}
	return Findings{refuse(BadVersion, path+"/max_version", fmt.Sprintf("%q is not a version", v), "write numbers with dots between them: 4 covers every 4.x, and 4.2 every 4.2.x")}
}

// email finds an address to which no e-mail can be sent.
func email(address string) Findings {
	if address == "" || isAddress(address) {
		return nil
	}
	return Findings{warn(BadEmail, "licensee/email", fmt.Sprintf("%q is not an e-mail address", address), "write it as in ada@acme.example")}
}

func isAddress(text string) bool {
	a, err := mail.ParseAddress(text)
	return err == nil && a.Address == text
}

func hints(h license.Hints) Findings { return append(link(h.Renew), Contact(h.Contact)...) }

// link finds a renewal link that cannot be followed.
func link(text string) Findings {
	if text == "" {
		return nil
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || strings.ContainsFunc(text, unicode.IsSpace):
	case (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "":
		return nil
	case u.Scheme == "mailto" && isAddress(u.Opaque):
		return nil
	}
	return Findings{refuse(BadLink, "renew", fmt.Sprintf("%q is not a link", text), "write it as in https://acme.example/renew or mailto:sales@acme.example")}
}

// Contact finds a contact by which nobody can be reached: neither an e-mail
// address nor a telephone number nor a link.
func Contact(text string) Findings {
	digits := 0
	for _, r := range text {
		if unicode.IsDigit(r) {
			digits++
		}
	}
	if text == "" || digits >= 3 || strings.Contains(text, "@") || strings.Contains(text, ".") {
		return nil
	}
	return Findings{warn(BadContact, "contact", fmt.Sprintf("%q has no e-mail address, telephone number or link", text), "write it as in help@acme.example")}
}

// NotZero finds a number from 1 that was given as 0. present is whether it was
// given; right says what to write.
func NotZero(field string, n int64, present bool, right string) Findings {
	if !present || n != 0 {
		return nil
	}
	return Findings{refuse(Zero, field, "the value of "+field+" is 0, which means neither none nor unlimited", right)}
}

// SigningKey finds out whether products will accept what the key signs now.
func (c *Check) SigningKey() Findings { return c.key() }
