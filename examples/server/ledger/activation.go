package ledger

import (
	"fmt"
	"slices"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/internal/strictjson"
)

// An ActivationRow is an activation of a sale whose activations lie apart, as a
// table has it. Its marks stand in another, as hashes; here, they are nil until
// they are read from the JSON.
type ActivationRow struct {
	ID    string
	Data  []byte // JSON
	Marks []string
	Terms []server.Term // nil until they are read, like Marks
}

// EncodeActivation returns the row of an activation.
func EncodeActivation(a *server.Activation) (*ActivationRow, error) {
	data, err := encodeActivation(a)
	if err != nil {
		return nil, err
	}
	return &ActivationRow{ID: a.ID, Data: data, Marks: a.Marks(), Terms: a.Terms()}, CheckText(a.ID)
}

// roomForActivation is about how long the JSON of an activation is.
const roomForActivation = 640

func encodeActivation(a *server.Activation) ([]byte, error) {
	var w strictjson.Writer
	w.Grow(roomForActivation)
	putActivation(&w, a)
	return text(&w)
}

// DecodeActivation returns an activation from its id and its JSON.
func DecodeActivation(id string, data []byte) (*server.Activation, error) {
	return decodeActivation(id, string(data))
}

func decodeActivation(id, data string) (*server.Activation, error) {
	r := strictjson.NewReader(data)
	a := &server.Activation{ID: id}
	readActivation(r, a)
	if err := r.Close(); err != nil {
		return nil, fmt.Errorf("ledger: an activation in the database: %w", err)
	}
	return a, nil
}

func putActivation(w *strictjson.Writer, a *server.Activation) {
	w.Object()
	w.BoolMember("active", a.Active)
	w.IntMember("changes", a.Changes)
	if len(a.Data) > 0 {
		w.Name("data").Base64(a.Data)
	}
	putTime(w, "ended", a.Ended)
	putTime(w, "first", a.First)
	putTime(w, "followed", a.Followed)
	if len(a.Installations) > 0 {
		w.Name("installations").Array()
		for i := range a.Installations {
			putInstallation(w, &a.Installations[i])
		}
		w.EndArray()
	}
	w.StringMember("label", a.Label)
	w.StringsMember("machine", a.Machine)
	w.IntMember("revision", a.Revision)
	w.StringMember("scheme", a.Scheme)
	putTime(w, "since", a.Since)
	putUsed(w, a.Used)
	w.EndObject()
}

func readActivation(r *strictjson.Reader, a *server.Activation) {
	for m := r.Object(); m.Next(); {
		switch m.Name {
		case "active":
			a.Active = r.Bool()
		case "changes":
			a.Changes = number(r)
		case "data":
			a.Data = readBytes(r)
		case "ended":
			a.Ended = readTime(r)
		case "first":
			a.First = readTime(r)
		case "followed":
			a.Followed = readTime(r)
		case "installations":
			for e := r.Array(); e.Next(); {
				a.Installations = append(a.Installations, readInstallation(r))
			}
		case "label":
			a.Label = r.String()
		case "machine":
			a.Machine = readTexts(r)
		case "revision":
			a.Revision = number(r)
		case "scheme":
			a.Scheme = r.String()
		case "since":
			a.Since = readTime(r)
		case "used":
			a.Used = readUsed(r)
		default:
			r.Skip()
		}
	}
}

func putInstallation(w *strictjson.Writer, i *server.Installation) {
	w.Object()
	w.BoolMember("cloned", i.Cloned)
	w.IntMember("kept", i.Kept)
	w.StringMember("key", i.Key)
	w.StringsMember("links", i.Links)
	w.IntMember("revision", i.Revision)
	putTime(w, "seen", i.Seen)
	putUsed(w, i.Used)
	w.StringMember("version", i.Version)
	w.EndObject()
}

func readInstallation(r *strictjson.Reader) (i server.Installation) {
	for m := r.Object(); m.Next(); {
		switch m.Name {
		case "cloned":
			i.Cloned = r.Bool()
		case "kept":
			i.Kept = number(r)
		case "key":
			i.Key = r.String()
		case "links":
			i.Links = readTexts(r)
		case "revision":
			i.Revision = number(r)
		case "seen":
			i.Seen = readTime(r)
		case "used":
			i.Used = readUsed(r)
		case "version":
			i.Version = r.String()
		default:
			r.Skip()
		}
	}
	return i
}

func putUsed(w *strictjson.Writer, used []server.Used) {
	if len(used) == 0 {
		return
	}
	w.Name("used").Array()
	for i := range used {
		w.Object()
		w.StringMember("feature", used[i].Feature)
		putTime(w, "first_use", used[i].FirstUse)
		w.StringMember("product", used[i].Product)
		w.IntMember("runs", used[i].Runs)
		w.EndObject()
	}
	w.EndArray()
}

func readUsed(r *strictjson.Reader) (used []server.Used) {
	for e := r.Array(); e.Next(); {
		var u server.Used
		for m := r.Object(); m.Next(); {
			switch m.Name {
			case "feature":
				u.Feature = r.String()
			case "first_use":
				u.FirstUse = readTime(r)
			case "product":
				u.Product = r.String()
			case "runs":
				u.Runs = number(r)
			default:
				r.Skip()
			}
		}
		used = append(used, u)
	}
	return used
}

// Read reads marks and terms from the JSON, unless they are there.
func (r *ActivationRow) Read() error {
	if r.Marks != nil && r.Terms != nil {
		return nil
	}
	a, err := DecodeActivation(r.ID, r.Data)
	if err != nil {
		return err
	}
	r.Marks, r.Terms = a.Marks(), a.Terms()
	return nil
}

// MarkChanges returns the marks that must be added and removed to make one list
// of another.
func MarkChanges(from, to []string) (added, gone []string) {
	for _, m := range to {
		if !slices.Contains(from, m) && !slices.Contains(added, m) {
			added = append(added, m)
		}
	}
	for _, m := range from {
		if !slices.Contains(to, m) && !slices.Contains(gone, m) {
			gone = append(gone, m)
		}
	}
	return added, gone
}
