package activation

import (
	"encoding/base64"
	"errors"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/latchkey-go/latchkey/internal/strictjson"
	"github.com/latchkey-go/latchkey/license"
)

// A state is what the client knows of one product on one machine. It holds
// documents as they were received, never what they mean: that is worked out
// and verified anew at every start.
type state struct {
	Counter    int64  // grows with every change
	Seed       []byte // of the installation's own key pair
	Documents  []document
	Usage      map[string]*license.Usage // by the id of the licence
	Mark       time.Time                 // the latest time seen
	Restored   bool                      // an old copy was put back
	Challenge  []byte                    // the open one, for a signed time
	Asked      time.Time                 // the mark when it was made
	Signed     time.Time                 // the latest issue of what came since
	Notices    []string                  // what was said already, ascending
	Keyrings   []string                  // as received, each follows the one before
	Waiting    []string                  // keyrings that are not followed yet, likewise
	Voided     []string                  // ids of the licences that would stop under them
	Catalogue  string                    // as received, "" for the one that is built in
	Epochs     map[string]int64          // how often usage was reset, by epochName
	Receipts   map[string]string         // as received, by serial number
	GivenUp    map[string]string         // requests for deactivation that wait for their answer, by serial number
	Checks     map[string]check          // what the server said last, by serial number
	Open       []asked                   // requests that went out as files, oldest first
	Surrenders map[string]int64          // numbers of the last words that gave something up, by serial number
	Steps      map[string]lifeStep       // of this installation's life, by serial number
}

// A lifeStep is the step of the installation's life that the server knows, and
// the one after it.
type lifeStep struct{ Link, Next []byte }

// A check is what the server said last of what was sold under a serial number.
type check struct {
	At   time.Time // by the clock's mark
	Next time.Time // when it wants to be asked again, zero if it does not say
	Code license.Code
	From license.Date // of the reason with the code
}

// A document is a licence file, or what a typed activation key carries, with
// the updates that were applied to it in their order.
type document struct {
	ID      string // of the licence, and its serial number: also where it does
	Serial  string // not hold any more
	Text    string
	Key     []byte
	Name    string // the licensee's, that goes with Key
	Updates []appliedUpdate
}

// An appliedUpdate is an update file, or the unlock code of a sealed update,
// with when and on what usage it was applied: the same in, the same out.
type appliedUpdate struct {
	Text  string
	Code  []byte
	At    time.Time
	Usage license.Usage
}

// usage returns what happened with a licence, which is kept from now on.
func (s *state) usage(id string) *license.Usage {
	if s.Usage == nil {
		s.Usage = map[string]*license.Usage{}
	}
	u := s.Usage[id]
	if u == nil {
		u = &license.Usage{}
		s.Usage[id] = u
	}
	return u
}

// clone returns a copy that shares nothing that changes.
func (s *state) clone() *state {
	c := *s
	c.Documents = slices.Clone(s.Documents)
	for i := range c.Documents {
		c.Documents[i].Updates = slices.Clone(c.Documents[i].Updates)
	}
	c.Usage = make(map[string]*license.Usage, len(s.Usage))
	for id, u := range s.Usage {
		own := copyUsage(*u)
		c.Usage[id] = &own
	}
	c.Notices = slices.Clone(s.Notices)
	c.Keyrings = slices.Clone(s.Keyrings)
	c.Waiting = slices.Clone(s.Waiting)
	c.Voided = slices.Clone(s.Voided)
	c.Epochs = maps.Clone(s.Epochs)
	c.Receipts = maps.Clone(s.Receipts)
	c.GivenUp = maps.Clone(s.GivenUp)
	c.Checks = maps.Clone(s.Checks)
	c.Open = slices.Clone(s.Open)
	c.Steps = maps.Clone(s.Steps)
	c.Surrenders = maps.Clone(s.Surrenders)
	return &c
}

func copyUsage(u license.Usage) license.Usage {
	features := u.Features
	u.Features = make(map[license.Ref]license.FeatureUsage, len(features))
	for ref, f := range features {
		f.Seats = slices.Clone(f.Seats)
		u.Features[ref] = f
	}
	return u
}

// encode returns the state as text. Its form is nobody's but this package's.
func (s *state) encode() ([]byte, error) {
	w := &writer{}
	w.Object()
	w.time("asked", s.Asked)
	w.StringMember("catalogue", s.Catalogue)
	w.bytes("challenge", s.Challenge)
	w.checks(s.Checks)
	w.Name("counter").Int(s.Counter)
	w.Name("documents").Array()
	for _, d := range s.Documents {
		w.document(d)
	}
	w.EndArray()
	w.counts("epochs", s.Epochs)
	w.texts("given_up", s.GivenUp)
	w.StringsMember("keyrings", s.Keyrings)
	w.time("mark", s.Mark)
	w.StringsMember("notices", s.Notices)
	w.open(s.Open)
	w.texts("receipts", s.Receipts)
	w.BoolMember("restored", s.Restored)
	w.bytes("seed", s.Seed)
	w.time("signed", s.Signed)
	w.steps(s.Steps)
	w.counts("surrenders", s.Surrenders)
	w.Name("usage").Object()
	ids := make([]string, 0, len(s.Usage))
	for id := range s.Usage {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		w.Name(id)
		w.usage(*s.Usage[id])
	}
	w.EndObject()
	w.Name("v").Int(stateVersion)
	w.StringsMember("voided", s.Voided)
	w.StringsMember("waiting", s.Waiting)
	w.EndObject()
	return w.Bytes()
}

const stateVersion = 1

type writer struct{ strictjson.Writer }

func (w *writer) bytes(name string, b []byte) {
	if b != nil {
		w.Name(name).String(base64.StdEncoding.EncodeToString(b))
	}
}

// time writes a time to the second, and leaves the zero time out.
func (w *writer) time(name string, t time.Time) {
	if !t.IsZero() {
		w.Name(name).Int(t.Unix())
	}
}

// counts writes a map of numbers, and leaves it out where it is empty.
func (w *writer) counts(name string, counts map[string]int64) {
	if len(counts) == 0 {
		return
	}
	w.Name(name).Object()
	for _, key := range slices.Sorted(maps.Keys(counts)) {
		w.Name(key).Int(counts[key])
	}
	w.EndObject()
}

// texts writes a map of texts, and leaves it out where it is empty.
func (w *writer) texts(name string, texts map[string]string) {
	if len(texts) == 0 {
		return
	}
	w.Name(name).Object()
	for _, key := range slices.Sorted(maps.Keys(texts)) {
		w.Name(key).String(texts[key])
	}
	w.EndObject()
}

func (w *writer) steps(steps map[string]lifeStep) {
	if len(steps) == 0 {
		return
	}
	w.Name("steps").Object()
	for _, serial := range slices.Sorted(maps.Keys(steps)) {
		w.Name(serial).Object()
		w.bytes("link", steps[serial].Link)
		w.bytes("next", steps[serial].Next)
		w.EndObject()
	}
	w.EndObject()
}

func (w *writer) checks(checks map[string]check) {
	if len(checks) == 0 {
		return
	}
	w.Name("checks").Object()
	for _, serial := range slices.Sorted(maps.Keys(checks)) {
		k := checks[serial]
		w.Name(serial).Object()
		w.time("at", k.At)
		w.StringMember("code", string(k.Code))
		w.IntMember("from", int64(k.From))
		w.time("next", k.Next)
		w.EndObject()
	}
	w.EndObject()
}

func (w *writer) open(open []asked) {
	if len(open) == 0 {
		return
	}
	w.Name("open").Array()
	for _, a := range open {
		w.Object()
		w.time("asked", a.Asked)
		w.bytes("digest", a.Digest[:])
		w.bytes("link", a.Link)
		w.bytes("nonce", a.Nonce)
		w.StringMember("operation", string(a.Operation))
		w.StringMember("serial", a.Serial)
		w.time("signed", a.Signed)
		w.counts("surrenders", a.Surrenders)
		w.EndObject()
	}
	w.EndArray()
}

func (w *writer) document(d document) {
	w.Object()
	w.StringMember("id", d.ID)
	w.bytes("key", d.Key)
	w.StringMember("name", d.Name)
	w.StringMember("serial", d.Serial)
	w.StringMember("text", d.Text)
	w.Name("updates").Array()
	for _, u := range d.Updates {
		w.Object()
		w.time("at", u.At)
		w.bytes("code", u.Code)
		w.StringMember("text", u.Text)
		w.Name("usage")
		w.usage(u.Usage)
		w.EndObject()
	}
	w.EndArray()
	w.EndObject()
}

func (w *writer) usage(u license.Usage) {
	w.Object()
	w.time("activated", u.Activated)
	w.Name("features").Array()
	for _, ref := range sortedRefs(u.Features) {
		f := u.Features[ref]
		w.Object()
		w.Name("feature").String(ref.Feature)
		w.time("first_use", f.FirstUse)
		w.Name("product").String(ref.Product)
		w.IntMember("runs", f.Runs)
		w.StringsMember("seats", f.Seats)
		w.EndObject()
	}
	w.EndArray()
	w.time("first_use", u.FirstUse)
	w.EndObject()
}

func sortedRefs(features map[license.Ref]license.FeatureUsage) []license.Ref {
	refs := make([]license.Ref, 0, len(features))
	for ref := range features {
		refs = append(refs, ref)
	}
	slices.SortFunc(refs, func(a, b license.Ref) int {
		if a.Product != b.Product {
			return compare(a.Product, b.Product)
		}
		return compare(a.Feature, b.Feature)
	})
	return refs
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	default:
		return 0
	}
}

// decodeState reads what encode wrote.
func decodeState(text string) (*state, error) {
	r := &reader{Reader: strictjson.NewReader(text)}
	s := &state{}
	var version int64
	for m := r.Object(); m.Next(); {
		switch m.Name {
		case "asked":
			s.Asked = r.time()
		case "catalogue":
			s.Catalogue = r.String()
		case "challenge":
			s.Challenge = r.bytes()
		case "checks":
			s.Checks = r.checks()
		case "counter":
			s.Counter = r.Int(0, strictjson.MaxInt)
		case "documents":
			for e := r.Array(); e.Next(); {
				s.Documents = append(s.Documents, r.document())
			}
		case "epochs":
			s.Epochs = r.counts()
		case "given_up":
			s.GivenUp = r.texts()
		case "keyrings":
			s.Keyrings = r.strings()
		case "mark":
			s.Mark = r.time()
		case "notices":
			s.Notices = r.strings()
		case "open":
			for e := r.Array(); e.Next(); {
				s.Open = append(s.Open, r.asked())
			}
		case "receipts":
			s.Receipts = r.texts()
		case "restored":
			s.Restored = r.Bool()
		case "seed":
			s.Seed = r.bytes()
		case "signed":
			s.Signed = r.time()
		case "steps":
			s.Steps = r.steps()
		case "surrenders":
			s.Surrenders = r.counts()
		case "usage":
			s.Usage = map[string]*license.Usage{}
			for u := r.Map(); u.Next(); {
				usage := r.usage()
				s.Usage[u.Name] = &usage
			}
		case "v":
			version = r.Int(1, strictjson.MaxInt)
		case "voided":
			s.Voided = r.strings()
		case "waiting":
			s.Waiting = r.strings()
		default:
			r.Skip()
		}
	}
	if err := r.Close(); err != nil {
		return nil, err
	}
	if version > stateVersion { // of a newer program: it must not be taken for damaged
		return nil, &license.Reason{Code: license.TooNew}
	}
	if len(s.Seed) != seedSize {
		return nil, errors.New("the state has no installation key")
	}
	return s, nil
}

type reader struct{ *strictjson.Reader }

func (r *reader) bytes() []byte {
	b, err := base64.StdEncoding.Strict().DecodeString(r.String())
	if err != nil {
		r.Fail("bytes are in strict base64")
	}
	return b
}

func (r *reader) time() time.Time {
	return time.Unix(r.Int(-strictjson.MaxInt, strictjson.MaxInt), 0).UTC()
}

func (r *reader) strings() (out []string) {
	for e := r.Array(); e.Next(); {
		out = append(out, r.String())
	}
	return out
}

// counts reads a map of numbers; an empty one is none.
func (r *reader) counts() (counts map[string]int64) {
	for e := r.Map(); e.Next(); {
		if counts == nil {
			counts = map[string]int64{}
		}
		counts[e.Name] = r.Int(0, strictjson.MaxInt)
	}
	return counts
}

// texts reads a map of texts; an empty one is none.
func (r *reader) texts() (texts map[string]string) {
	for e := r.Map(); e.Next(); {
		if texts == nil {
			texts = map[string]string{}
		}
		texts[e.Name] = r.String()
	}
	return texts
}

func (r *reader) steps() (steps map[string]lifeStep) {
	for e := r.Map(); e.Next(); {
		if steps == nil {
			steps = map[string]lifeStep{}
		}
		var step lifeStep
		for m := r.Object(); m.Next(); {
			switch m.Name {
			case "link":
				step.Link = r.bytes()
			case "next":
				step.Next = r.bytes()
			default:
				r.Skip()
			}
		}
		steps[e.Name] = step
	}
	return steps
}

func (r *reader) checks() (checks map[string]check) {
	for e := r.Map(); e.Next(); {
		if checks == nil {
			checks = map[string]check{}
		}
		var k check
		for m := r.Object(); m.Next(); {
			switch m.Name {
			case "at":
				k.At = r.time()
			case "code":
				k.Code = license.Code(r.String())
			case "from":
				k.From = license.Date(r.Int(0, math.MaxInt32))
			case "next":
				k.Next = r.time()
			default:
				r.Skip()
			}
		}
		checks[e.Name] = k
	}
	return checks
}

func (r *reader) asked() (a asked) {
	for m := r.Object(); m.Next(); {
		switch m.Name {
		case "asked":
			a.Asked = r.time()
		case "digest":
			b := r.bytes()
			if len(b) != len(a.Digest) {
				r.Fail("a digest has 32 bytes")
			}
			copy(a.Digest[:], b)
		case "link":
			a.Link = r.bytes()
		case "nonce":
			a.Nonce = r.bytes()
		case "operation":
			a.Operation = license.Operation(r.String())
		case "serial":
			a.Serial = r.String()
		case "signed":
			a.Signed = r.time()
		case "surrenders":
			a.Surrenders = r.counts()
		default:
			r.Skip()
		}
	}
	return a
}

func (r *reader) document() (d document) {
	for m := r.Object(); m.Next(); {
		switch m.Name {
		case "id":
			d.ID = r.String()
		case "key":
			d.Key = r.bytes()
		case "name":
			d.Name = r.String()
		case "serial":
			d.Serial = r.String()
		case "text":
			d.Text = r.String()
		case "updates":
			for e := r.Array(); e.Next(); {
				d.Updates = append(d.Updates, r.update())
			}
		default:
			r.Skip()
		}
	}
	return d
}

func (r *reader) update() (u appliedUpdate) {
	u.Usage.Features = map[license.Ref]license.FeatureUsage{}
	for m := r.Object(); m.Next(); {
		switch m.Name {
		case "at":
			u.At = r.time()
		case "code":
			u.Code = r.bytes()
		case "text":
			u.Text = r.String()
		case "usage":
			u.Usage = r.usage()
		default:
			r.Skip()
		}
	}
	return u
}

func (r *reader) usage() (u license.Usage) {
	u.Features = map[license.Ref]license.FeatureUsage{}
	for m := r.Object(); m.Next(); {
		switch m.Name {
		case "activated":
			u.Activated = r.time()
		case "features":
			for e := r.Array(); e.Next(); {
				ref, f := r.featureUsage()
				u.Features[ref] = f
			}
		case "first_use":
			u.FirstUse = r.time()
		default:
			r.Skip()
		}
	}
	return u
}

func (r *reader) featureUsage() (ref license.Ref, f license.FeatureUsage) {
	for m := r.Object(); m.Next(); {
		switch m.Name {
		case "feature":
			ref.Feature = r.String()
		case "first_use":
			f.FirstUse = r.time()
		case "product":
			ref.Product = r.String()
		case "runs":
			f.Runs = r.Int(0, strictjson.MaxInt)
		case "seats":
			f.Seats = r.strings()
		default:
			r.Skip()
		}
	}
	return ref, f
}
