package vendorcmd

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/latchkey-go/latchkey/license"
)

// A description says what a licence grants, or what an update does, as a JSON
// file or as flags do. Flags stand over the file.
type description struct {
	Kind         string                         `json:"kind"`
	Window       string                         `json:"window"`
	Licensee     licenseeDescription            `json:"licensee"`
	Contact      string                         `json:"contact"`
	Renew        string                         `json:"renew"`
	Products     map[string]*productDescription `json:"products"`
	Rewrite      bool                           `json:"rewrite"`
	WholeLicense bool                           `json:"whole_license"`
	ObtainFrom   string                         `json:"obtain_from"`
	ObtainUntil  string                         `json:"obtain_until"`
	CRMID        string                         `json:"crm_id"`
	Comment      string                         `json:"comment"`
}

type licenseeDescription struct {
	Name    string `json:"name"`
	Company string `json:"company"`
	Email   string `json:"email"`
}

type productDescription struct {
	MaxVersion  string            `json:"max_version"`
	Maintenance string            `json:"maintenance"` // "until=2027-12-31,lapse=keep", "extend=12m"
	Scheme      string            `json:"scheme"`      // that the product needs; in updates
	Features    map[string]string `json:"features"`    // id to limits
}

const fileHelp = `With --from, a JSON file says all of that, and flags stand over it:

  {
    "kind": "full",
    "licensee": {"name": "Ada Lovelace", "company": "Acme", "email": "ada@acme.example"},
    "products": {
      "acme-cad": {
        "max_version": "4",
        "maintenance": "until=2027-12-31,lapse=keep",
        "features": {"draw": "", "render": "until=2027-12-31,runs=100"}
      }
    }
  }`

// descriptionFlags are the flags from which a description is made.
type descriptionFlags struct {
	t          *tool
	d          description
	from       string
	product    string
	features   []string
	maxVersion string
	scheme     string
	maintained maintenanceFlags
}

type maintenanceFlags struct{ until, extend, lapse string }

// termFlags declares the flags that licences and updates share.
func (t *tool) termFlags(f *flag.FlagSet) *descriptionFlags {
	d := &descriptionFlags{t: t}
	f.StringVar(&d.from, "from", "", "`FILE` with the description in JSON, or -")
	f.StringVar(&d.product, "product", "", "product `ID` that the features belong to")
	f.Func("feature", "feature and its limits, as in `ID:LIMITS`, or PRODUCT/ID:LIMITS for another product; may stand often", func(s string) error {
		d.features = append(d.features, s)
		return nil
	})
	f.StringVar(&d.d.Kind, "kind", "", "`full`, provisional, trial or test")
	f.StringVar(&d.d.Window, "window", "", "`TERM` that caps every feature, as a trial's does: activation=30d")
	f.StringVar(&d.maxVersion, "max-version", "", "highest `VERSION` covered; 4 covers every 4.x")
	f.StringVar(&d.maintained.until, "maintenance-until", "", "last `DATE` of maintenance")
	f.StringVar(&d.maintained.lapse, "lapse", "", "what the end of maintenance does: `keep` lets covered versions run on, stop ends the product")
	return d
}

// read returns the description: that of the file, and the flags over it.
func (f *descriptionFlags) read() (*description, error) {
	d := &description{}
	if f.from != "" {
		text, err := f.t.read(f.from)
		if err != nil {
			return nil, err
		}
		if err := decodeStrict(text, d); err != nil {
			return nil, fmt.Errorf("%s: %w", f.from, err)
		}
	}
	d.overlay(&f.d)
	return d, f.addProducts(d)
}

// overlay puts what flags say over what the file says.
func (d *description) overlay(flags *description) {
	for _, v := range []struct{ to, from *string }{
		{&d.Kind, &flags.Kind}, {&d.Window, &flags.Window}, {&d.Contact, &flags.Contact}, {&d.Renew, &flags.Renew},
		{&d.Licensee.Name, &flags.Licensee.Name}, {&d.Licensee.Company, &flags.Licensee.Company}, {&d.Licensee.Email, &flags.Licensee.Email},
		{&d.ObtainFrom, &flags.ObtainFrom}, {&d.ObtainUntil, &flags.ObtainUntil}, {&d.CRMID, &flags.CRMID}, {&d.Comment, &flags.Comment},
	} {
		if *v.from != "" {
			*v.to = *v.from
		}
	}
	d.Rewrite = d.Rewrite || flags.Rewrite
	d.WholeLicense = d.WholeLicense || flags.WholeLicense
}

// addProducts adds what --product, --feature and the flags of a product say.
func (f *descriptionFlags) addProducts(d *description) error {
	for _, text := range f.features {
		name, limits, _ := strings.Cut(text, ":")
		product, id, other := strings.Cut(name, "/")
		if !other {
			product, id = f.product, name
		}
		if product == "" {
			return usageProduct("--feature " + id)
		}
		p := d.product(product)
		if _, twice := p.Features[id]; twice {
			return fmt.Errorf("the feature %s of %s is described twice", id, product)
		}
		p.Features[id] = limits
	}
	m := f.maintained
	if f.maxVersion == "" && f.scheme == "" && m == (maintenanceFlags{}) {
		return nil
	}
	if f.product == "" {
		return usageProduct("--max-version, --scheme and the flags of maintenance")
	}
	p := d.product(f.product)
	if f.maxVersion != "" {
		p.MaxVersion = f.maxVersion
	}
	if f.scheme != "" {
		p.Scheme = f.scheme
	}
	if m != (maintenanceFlags{}) {
		p.Maintenance = m.line()
	}
	return nil
}

func (m maintenanceFlags) line() string {
	var items []string
	for _, item := range []struct{ name, value string }{{"until", m.until}, {"extend", m.extend}, {"lapse", m.lapse}} {
		if item.value != "" {
			items = append(items, item.name+"="+item.value)
		}
	}
	return strings.Join(items, ",")
}

// product returns the description of a product, made if it is not there.
func (d *description) product(id string) *productDescription {
	if d.Products == nil {
		d.Products = map[string]*productDescription{}
	}
	if d.Products[id] == nil {
		d.Products[id] = &productDescription{}
	}
	p := d.Products[id]
	if p.Features == nil {
		p.Features = map[string]string{}
	}
	return p
}

// each calls do for every product, in the order of their ids.
func (d *description) each(do func(id string, p *productDescription) error) error {
	for _, id := range slices.Sorted(maps.Keys(d.Products)) {
		p := d.Products[id]
		if p == nil {
			p = &productDescription{}
		}
		if err := do(id, p); err != nil {
			return err
		}
	}
	return nil
}

// eachFeature reads the limits of every feature, in the order of their ids.
func (p *productDescription) eachFeature(product string, do func(id string, l limits) error) error {
	for _, id := range slices.Sorted(maps.Keys(p.Features)) {
		l, err := parseLimits(p.Features[id])
		if err == nil {
			err = do(id, l)
		}
		if err != nil {
			return fmt.Errorf("the feature %s of %s: %w", id, product, err)
		}
	}
	return nil
}

func checkKind(k license.Kind) error {
	if k != license.Full && k != license.Provisional && k != license.Trial && k != license.Test {
		return fmt.Errorf("%q is no kind of licence: it is full, provisional, trial or test", string(k))
	}
	return nil
}

func (d *description) window() (*license.Term, error) {
	if d.Window == "" {
		return nil, nil
	}
	return parseTerm(d.Window)
}

// license returns the licence described, without what the vendor's records say.
func (d *description) license() (*license.License, error) {
	if d.Rewrite || d.WholeLicense || d.ObtainFrom != "" || d.ObtainUntil != "" || d.CRMID != "" || d.Comment != "" {
		return nil, errors.New("this describes an update: \"vendor update\" makes one")
	}
	l := &license.License{
		Kind:     license.Kind(d.Kind),
		Licensee: license.Licensee(d.Licensee),
		Hints:    license.Hints{Contact: d.Contact, Renew: d.Renew},
	}
	if l.Kind == "" {
		l.Kind = license.Full
	}
	if err := checkKind(l.Kind); err != nil {
		return nil, err
	}
	window, err := d.window()
	if err != nil {
		return nil, err
	}
	if window != nil {
		l.Window = *window
	}
	err = d.each(func(id string, p *productDescription) error {
		product, err := p.product(id)
		l.Products = append(l.Products, product)
		return err
	})
	return l, err
}

func (p *productDescription) product(id string) (license.Product, error) {
	product := license.Product{ID: id, MaxVersion: p.MaxVersion}
	if p.Scheme != "" {
		return product, fmt.Errorf("the scheme that a product needs is said in updates; a licence is bound with --scheme and --fingerprint")
	}
	m, err := parseMaintenance(p.Maintenance)
	if err != nil {
		return product, fmt.Errorf("the maintenance of %s: %w", id, err)
	}
	if m != nil {
		if m.Until == 0 || m.Lapse == "" {
			return product, fmt.Errorf("the maintenance of %s: say until when it runs and what its end does, keep or stop", id)
		}
		product.Maintenance = license.Maintenance{Until: m.Until, Lapse: m.Lapse}
	}
	product.Features, err = features(id, p)
	return product, err
}

// features returns the features of a licence or an edition.
func features(product string, p *productDescription) (list []license.Feature, err error) {
	err = p.eachFeature(product, func(id string, l limits) error {
		f, err := l.feature(id)
		list = append(list, f)
		return err
	})
	return list, err
}

// update returns the update described, without its head, for a licence, which
// is nil if it is not at hand.
func (d *description) update(l *license.License) (*license.Update, error) {
	if d.Licensee != (licenseeDescription{}) || d.Contact != "" || d.Renew != "" {
		return nil, errors.New("an update never changes the licensee or the hints: that is a new licence")
	}
	u := &license.Update{Rewrite: d.Rewrite || d.WholeLicense, WholeLicense: d.WholeLicense, Kind: license.Kind(d.Kind)}
	if u.WholeLicense && u.Kind == "" {
		return nil, errors.New("a rewrite of the whole licence states its kind: add --kind full")
	}
	err := checkKind(u.Kind)
	if err != nil && u.Kind != "" {
		return nil, err
	}
	if u.Window, err = d.window(); err != nil {
		return nil, err
	}
	if u.Obtain, err = d.obtain(); err != nil {
		return nil, err
	}
	err = d.each(func(id string, p *productDescription) error {
		change, err := p.change(id, u.Rewrite, l)
		u.Products = append(u.Products, change)
		return err
	})
	if err == nil && len(u.Products) == 0 && u.Kind == "" && u.Window == nil {
		err = errors.New("this update changes nothing: say what with --feature, --maintenance-extend or --from")
	}
	return u, err
}

func (d *description) obtain() (p license.Period, err error) {
	if d.ObtainFrom != "" {
		if p.From, err = parseDate(d.ObtainFrom); err != nil {
			return p, err
		}
	}
	if d.ObtainUntil != "" {
		if p.Until, err = parseDate(d.ObtainUntil); err != nil {
			return p, err
		}
	}
	if p.Until != 0 && p.Until < p.From {
		return p, fmt.Errorf("the obtaining period ends on %s, before it begins on %s", p.Until, p.From)
	}
	return p, nil
}

func (p *productDescription) change(id string, rewrite bool, l *license.License) (license.ProductChange, error) {
	c := license.ProductChange{ID: id, MaxVersion: p.MaxVersion}
	var err error
	if c.Scheme, err = schemeLine(p.Scheme); err != nil {
		return c, err
	}
	if c.Maintenance, err = parseMaintenance(p.Maintenance); err != nil {
		return c, fmt.Errorf("the maintenance of %s: %w", id, err)
	}
	err = p.eachFeature(id, func(feature string, limits limits) error {
		f, err := limits.change(feature, rewrite, mayHave(l, id, feature))
		c.Features = append(c.Features, f)
		return err
	})
	return c, err
}

// mayHave reports whether a licence has a feature, or is not at hand.
func mayHave(l *license.License, product, feature string) bool {
	if l == nil {
		return true
	}
	p, _ := l.Product(product)
	_, has := p.Feature(feature)
	return has
}

// parseMaintenance reads "until=2027-12-31,lapse=keep" or "extend=12m".
func parseMaintenance(line string) (*license.MaintenanceChange, error) {
	if line == "" {
		return nil, nil
	}
	m := &license.MaintenanceChange{}
	for _, item := range splitLimits(line) {
		name, value, _ := strings.Cut(item, "=")
		var err error
		switch {
		case name == "until":
			m.Until, err = parseDate(value)
		case name == "extend":
			m.Extend, err = parseSpan(value)
		case name == "lapse" && (value == "keep" || value == "stop"):
			m.Lapse = license.Lapse(value)
		case name == "lapse":
			err = fmt.Errorf("%q is not what the end of maintenance can do: say keep or stop", value)
		default:
			err = fmt.Errorf("%q is not said of maintenance: it has until, extend and lapse", name)
		}
		if err != nil {
			return nil, err
		}
	}
	if (m.Until == 0) == m.Extend.IsZero() {
		return nil, errors.New("say either until which date it runs or by how much it is extended")
	}
	return m, nil
}

// decodeStrict reads one JSON object that has no member twice and none that is
// unknown.
func decodeStrict(text []byte, into any) error {
	if err := noneTwice(json.NewDecoder(bytes.NewReader(text))); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("this is not a description in JSON: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("something follows the description")
	}
	return nil
}

// noneTwice reads one JSON value and refuses an object with a member that is
// there twice, of which encoding/json would take the last. What is not JSON, it
// leaves to the caller.
func noneTwice(d *json.Decoder) error {
	token, err := d.Token()
	if err != nil || token != json.Delim('{') && token != json.Delim('[') {
		return nil
	}
	seen := map[string]bool{}
	for d.More() {
		if token == json.Delim('{') {
			name, err := d.Token()
			if err != nil {
				return nil
			}
			key, _ := name.(string)
			if seen[key] {
				return fmt.Errorf("the member %q is there twice", key)
			}
			seen[key] = true
		}
		if err := noneTwice(d); err != nil {
			return err
		}
	}
	_, _ = d.Token() // the closing delimiter
	return nil
}
