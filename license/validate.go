package license

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/latchkey-go/latchkey/internal/dsse"
)

// Documents are checked here by the decoder's rules, field by field, before they are
// encoded. Then the decoder reads the result.

func (l *License) validate() error {
	v, p := &validator{}, root("License")
	v.id(p, "ID", l.ID)
	v.kind(p, l.Kind)
	v.moment(p, "Issued", l.Issued, "the time of issue")
	v.count(p, "Revision", l.Revision)
	v.licensee(p.in("Licensee"), l.Licensee)
	v.hints(p.in("Hints"), l.Hints)
	v.applied(p, l.Applied)
	v.activated(p, l)
	v.term(p, "Window", l.Window, false)
	v.products(p, l.Products)
	v.sealed(p, l.Sealed)
	v.id(p, "Vendor", l.Vendor)
	return v.result()
}

// activated checks the fields that belong to the activation of a licence.
func (v *validator) activated(p *path, l *License) {
	switch {
	case l.Serial == "" && l.NeedsReceipt:
		v.fail(p, "Serial", "is empty: a licence with NeedsReceipt is activated by its serial number")
	case l.Serial != "":
		v.secretID(p, "Serial", l.Serial)
	}
	v.binding(p, l.Binding, !l.NeedsReceipt, "make it with binding.Fingerprint.Bind, or set NeedsReceipt, and the receipt brings it")
}

func (v *validator) kind(p *path, k Kind) {
	oneOfThese(v, p, "Kind", k, "Full, Provisional, Trial or Test", Full, Provisional, Trial, Test)
}

func (v *validator) licensee(p *path, l Licensee) {
	v.text(p, "Name", l.Name)
	v.text(p, "Company", l.Company)
	v.text(p, "Email", l.Email)
}

func (v *validator) hints(p *path, h Hints) {
	v.text(p, "Contact", h.Contact)
	v.text(p, "Renew", h.Renew)
}

func (v *validator) applied(p *path, ids []string) {
	v.few(p, "Applied", len(ids), MaxApplied)
	for i, id := range ids {
		v.id(p.at("Applied", i), "", id)
		if i > 0 && id <= ids[i-1] {
			v.fail(p.at("Applied", i), "", quoted(id)+" does not come after the one before it: sort the ids, each once")
		}
	}
}

// binding checks a binding; with data, one that has a scheme needs its data.
func (v *validator) binding(p *path, b Binding, data bool, remedy string) {
	at := p.in("Binding")
	v.text(at, "Scheme", b.Scheme)
	switch {
	case b.Scheme == "" && len(b.Data) > 0:
		v.fail(at, "Scheme", "is empty beside data: name the scheme that the data is of")
	case b.Scheme != "" && len(b.Data) == 0 && data:
		v.fail(at, "Data", "is empty beside a scheme: "+remedy)
	case len(b.Data) > MaxDocument:
		v.few(at, "Data", len(b.Data), MaxDocument)
	}
}

func (v *validator) products(p *path, products []Product) {
	if len(products) == 0 {
		v.fail(p, "Products", "is empty: a licence needs at least one product")
	}
	v.few(p, "Products", len(products), MaxProducts)
	for i := range products {
		v.product(p.at("Products", i), &products[i])
	}
	once(v, p, "Products", "ID", len(products), func(i int) string { return products[i].ID })
}

func (v *validator) product(p *path, product *Product) {
	v.id(p, "ID", product.ID)
	v.version(p, "MaxVersion", product.MaxVersion)
	v.maintenance(p.in("Maintenance"), product.Maintenance)
	v.features(p, product.Features)
}

func (v *validator) maintenance(p *path, m Maintenance) {
	if m == (Maintenance{}) {
		return
	}
	if m.Until == 0 {
		v.fail(p, "Until", "is not set, and Lapse is: give the last day of maintenance")
	}
	v.date(p, "Until", m.Until)
	oneOfThese(v, p, "Lapse", m.Lapse, "what happens after Until, Keep or Stop", Keep, Stop)
}

func (v *validator) features(p *path, features []Feature) {
	v.few(p, "Features", len(features), MaxFeatures)
	for i := range features {
		v.feature(p.at("Features", i), &features[i])
	}
	once(v, p, "Features", "ID", len(features), func(i int) string { return features[i].ID })
}

func (v *validator) feature(p *path, f *Feature) {
	v.id(p, "ID", f.ID)
	v.term(p, "Term", f.Term, false)
	v.count(p, "Runs", f.Runs)
	v.count(p, "Seats", f.Seats)
	v.concurrent(p.in("Concurrent"), f.Concurrent)
	v.conditions(p, f.Conditions)
	v.params(p, f.Params)
}

func (v *validator) concurrent(p *path, c Concurrent) {
	v.count(p, "N", c.N)
	switch {
	case c.N == 0 && c.Per != "":
		v.fail(p, "N", "is 0, and Per is set: give the number, or leave both out for no limit")
	case c.N > 0:
		oneOfThese(v, p, "Per", c.Per, "what counts as one use, PerStation, PerLogin or PerProcess", PerStation, PerLogin, PerProcess)
	}
}

func (v *validator) conditions(p *path, set Condition) {
	if unknown := set &^ (NoVirtualMachine | NoRemoteSession); unknown != 0 {
		v.fail(p, "Conditions", fmt.Sprintf("has unknown bits, %#x: use NoVirtualMachine and NoRemoteSession", uint8(unknown)))
	}
}

func (v *validator) params(p *path, params []Param) {
	v.few(p, "Params", len(params), MaxParams)
	for i, param := range params {
		at := p.at("Params", i)
		if param.Name == "" {
			v.fail(at, "Name", "is empty: give the parameter a name")
		}
		v.text(at, "Name", param.Name)
		v.text(at, "Value", param.Value)
	}
	once(v, p, "Params", "Name", len(params), func(i int) string { return params[i].Name })
}

// term checks a term; only that of an update may extend another.
func (v *validator) term(p *path, name string, t Term, update bool) {
	at := p.in(name)
	switch {
	case t.Kind > Extend:
		v.fail(at, "Kind", fmt.Sprintf("TermKind(%d) is not known: use Perpetual, Dates, FromFirstUse, FromActivation or Extend", uint8(t.Kind)))
	case t.Kind != Dates && len(t.Intervals) > 0:
		v.fail(at, "Kind", "is not Dates, and Intervals are set: make the term with Until or Between")
	case (t.Kind == Dates || t.Kind == Perpetual) && !t.Span.IsZero():
		v.fail(at, "Kind", "has no span, and Span is set: use FromFirstUse, FromActivation or, in an update, Extend")
	case t.Kind == Extend && !update:
		v.fail(at, "Kind", "is Extend, which only an update can have: give the whole term")
	case t.Kind == Dates:
		v.intervals(at, t.Intervals)
	case t.Kind != Perpetual:
		v.span(at.in("Span"), t.Span)
	}
}

func (v *validator) intervals(p *path, intervals []Interval) {
	if len(intervals) == 0 {
		v.fail(p, "Intervals", "is empty: a term of dates needs at least one period")
	}
	v.few(p, "Intervals", len(intervals), MaxIntervals)
	for i, period := range intervals {
		at := p.at("Intervals", i)
		if period.Until == 0 {
			v.fail(at, "Until", "is not set: a period needs a last day")
		}
		v.date(at, "From", period.From)
		v.date(at, "Until", period.Until)
		if period.From > period.Until {
			v.fail(at, "Until", fmt.Sprintf("%s is before From, %s: swap them", period.Until, period.From))
		}
		if i > 0 && period.From <= intervals[i-1].Until+1 {
			v.fail(at, "From", fmt.Sprintf("leaves no day free after the period before it, which ends on %s: sort the periods, and merge those that meet", intervals[i-1].Until))
		}
	}
}

func (v *validator) span(p *path, s Span) {
	if s.IsZero() {
		v.fail(p, "", "has no length: give it with Days or Months")
	}
	v.upTo(p, "Days", s.Days, MaxSpan)
	v.upTo(p, "Months", s.Months, MaxSpan)
}

// upTo checks a small number that may be 0.
func (v *validator) upTo(p *path, name string, n, limit int) {
	if n < 0 || n > limit {
		v.fail(p, name, fmt.Sprintf("%d is not from 0 to %d", n, limit))
	}
}

func (v *validator) sealed(p *path, sealed []Sealed) {
	v.few(p, "Sealed", len(sealed), MaxSealed)
	for i := range sealed {
		v.update(p.at("Sealed", i).in("Update"), &sealed[i].Update)
	}
}

func (c *Catalogue) validate() error {
	v, p := &validator{}, root("Catalogue")
	v.id(p, "Product", c.Product)
	v.moment(p, "Issued", c.Issued, "the time of issue")
	if len(c.Editions) == 0 {
		v.fail(p, "Editions", "is empty: a catalogue needs at least one edition")
	}
	v.few(p, "Editions", len(c.Editions), MaxEditions)
	for i := range c.Editions {
		v.edition(p.at("Editions", i), &c.Editions[i])
	}
	once(v, p, "Editions", "Number", len(c.Editions), func(i int) int { return c.Editions[i].Number })
	v.id(p, "Vendor", c.Vendor)
	return v.result()
}

func (v *validator) edition(p *path, e *Edition) {
	v.editionNumber(p, "Number", e.Number)
	if e.Name == "" {
		v.fail(p, "Name", "is empty: give the edition a name for people")
	}
	v.text(p, "Name", e.Name)
	v.kind(p, e.Kind)
	v.version(p, "MaxVersion", e.MaxVersion)
	v.maintenance(p.in("Maintenance"), e.Maintenance)
	if len(e.Features) == 0 {
		v.fail(p, "Features", "is empty: an edition needs at least one feature")
	}
	v.features(p, e.Features)
	v.hints(p.in("Hints"), e.Hints)
}

func (v *validator) editionNumber(p *path, name string, n int) {
	if n < 1 || n > maxEdition {
		v.fail(p, name, fmt.Sprintf("%d is not from 1 to %d: it is the number of an edition of the catalogue", n, maxEdition))
	}
}

func (t *SignedTime) validate() error {
	v, p := &validator{}, root("SignedTime")
	v.exactly(p, "Challenge", t.Challenge, ChallengeSize, "what the challenge code holds")
	v.moment(p, "Time", t.Time, "the time of the answer")
	v.id(p, "Vendor", t.Vendor)
	return v.result()
}

func (r *Receipt) validate() error {
	v, p := &validator{}, root("Receipt")
	v.id(p, "ID", r.ID)
	v.secretID(p, "Serial", r.Serial)
	v.exactly(p, "Installation", r.Installation, InstallationKeySize, "the public key of the request")
	v.binding(p, r.Binding, true, "a receipt has both, or neither")
	v.count(p, "Changes", r.Changes)
	v.moment(p, "Activated", r.Activated, "when the machine was first activated")
	v.moment(p, "Issued", r.Issued, "the time of issue")
	v.place(p, "Sequence", r.Sequence, "it counts the changes of what was sold")
	v.momentOrNone(p, "Until", r.Until)
	v.momentOrNone(p, "Grace", r.Grace)
	if !r.Grace.IsZero() && (r.Until.IsZero() || r.Grace.Before(r.Until)) {
		v.fail(p, "Grace", "is before Receipt.Until: it is the end of the grace after the lease")
	}
	if r.Hold != "" {
		oneOfThese(v, p, "Hold", r.Hold, "HoldBlocked or HoldPayment", HoldBlocked, HoldPayment)
	}
	v.text(p, "Contact", r.Contact)
	v.id(p, "Vendor", r.Vendor)
	return v.result()
}

func (r *Reply) validate() error {
	v, p := &validator{}, root("Reply")
	v.id(p, "Product", r.Product)
	v.exactly(p, "Installation", r.Installation, InstallationKeySize, "the public key of the request")
	v.exactly(p, "Nonce", r.Nonce, NonceSize, "that of the request")
	v.moment(p, "Time", r.Time, "the time of the answer")
	v.count(p, "Sequence", r.Sequence)
	v.answer(p, r)
	v.momentOrNone(p, "NextCheck", r.NextCheck)
	v.few(p, "Documents", len(r.Documents), MaxReplyDocuments)
	for i, text := range r.Documents {
		v.long(p.at("Documents", i), "", text, MaxDocument)
	}
	if r.Receipt != "" {
		v.long(p, "Receipt", r.Receipt, MaxDocument)
	}
	v.link(p, "Link", r.Link)
	v.count(p, "Revision", r.Revision)
	v.usage(p.in("Usage"), r.Usage)
	v.id(p, "Vendor", r.Vendor)
	return v.result()
}

// answer checks the code of a reply and its values.
func (v *validator) answer(p *path, r *Reply) {
	if r.Code != "" {
		v.id(p, "Code", string(r.Code))
	}
	v.count(p, "N", r.N)
	v.count(p, "Max", r.Max)
	v.date(p, "From", r.From)
	v.date(p, "Until", r.Until)
	v.text(p, "Has", r.Has)
	v.text(p, "Needs", r.Needs)
	v.text(p, "Contact", r.Contact)
	v.few(p, "Names", len(r.Names), MaxApplied)
	for i, name := range r.Names {
		v.id(p.at("Names", i), "", name)
	}
	once(v, p, "Names", "", len(r.Names), func(i int) string { return r.Names[i] })
}

func (v *validator) link(p *path, name string, link []byte) {
	if len(link) > 0 {
		v.exactly(p, name, link, LinkSize, "a link of the installation, or nothing")
	}
}

func (v *validator) usage(p *path, u Usage) {
	v.momentOrNone(p, "Activated", u.Activated)
	v.momentOrNone(p, "FirstUse", u.FirstUse)
	v.few(p, "Features", len(u.Features), MaxFeatures)
	for _, ref := range slices.SortedFunc(maps.Keys(u.Features), Ref.compare) {
		used := u.Features[ref]
		at := &path{up: p, name: "Features", index: -1, key: fmt.Sprintf("Ref{%q, %q}", ref.Product, ref.Feature)}
		v.id(at, "Product", ref.Product)
		v.id(at, "Feature", ref.Feature)
		v.momentOrNone(at, "FirstUse", used.FirstUse)
		v.count(at, "Runs", used.Runs)
	}
}

func (r *Request) validate() error {
	v, p := &validator{}, root("Request")
	v.id(p, "Vendor", r.Vendor)
	v.id(p, "Product", r.Product)
	v.version(p, "Version", r.Version)
	oneOfThese(v, p, "Operation", r.Operation, "OpActivate, OpCheck, OpDeactivate, OpMove or OpReport",
		OpActivate, OpCheck, OpDeactivate, OpMove, OpReport)
	switch {
	case (r.Serial == "") == (r.RequestKey == ""):
		v.fail(p, "Serial", "is set together with RequestKey, or neither is: a request has one of the two")
	case r.Serial != "":
		v.secretID(p, "Serial", r.Serial)
	default:
		v.secretID(p, "RequestKey", r.RequestKey)
	}
	v.exactly(p, "Installation", r.Installation, InstallationKeySize, "a public key")
	v.exactly(p, "Nonce", r.Nonce, NonceSize, "random")
	v.fingerprint(p, r)
	v.link(p, "Link", r.Link)
	v.link(p, "Next", r.Next)
	if r.Label != "" && !IsLabel(r.Label) {
		v.fail(p, "Label", "has 1 to 128 bytes of UTF-8, no control characters and no blanks at its ends")
	}
	v.keyIDs(p, r.Keys)
	v.here(p, r)
	return v.result()
}

// keyIDs checks the ids of the keys that verify the reply.
func (v *validator) keyIDs(p *path, ids []string) {
	v.few(p, "Keys", len(ids), MaxRequestKeys)
	for i, id := range ids {
		if !isKeyID(id) {
			v.fail(p.at("Keys", i), "", quoted(id)+" is not the id of a key, which has 16 lower-case hexadecimal digits")
		}
	}
	once(v, p, "Keys", "", len(ids), func(i int) string { return ids[i] })
}

// fingerprint checks the fingerprint and the proof of a request.
func (v *validator) fingerprint(p *path, r *Request) {
	if len(r.Fingerprint) > 0 {
		v.long(p, "Fingerprint", string(r.Fingerprint), maxFingerprint)
	}
	if (len(r.Proof) > 0) != (r.Operation == OpMove) {
		v.fail(p, "Proof", "belongs to OpMove only")
	}
	if len(r.Proof) > 0 {
		v.long(p, "Proof", string(r.Proof), maxProof)
	}
}

// here checks the fields of a request about the stored licence.
func (v *validator) here(p *path, r *Request) {
	if r.License != "" {
		v.id(p, "License", r.License)
	}
	v.count(p, "Revision", r.Revision)
	v.count(p, "Keyring", r.Keyring)
	v.count(p, "GivenUp", r.GivenUp)
	v.usage(p.in("Usage"), r.Usage)
}

// validate checks the terms of a typed key, its product and its licensee's name.
func (t KeyTerms) validate(product, name string) error {
	v, p := &validator{}, root("KeyTerms")
	v.editionNumber(p, "Edition", t.Edition)
	if last := epoch + 1<<15 - 1; t.Issued < epoch || t.Issued > last {
		v.fail(p, "Issued", fmt.Sprintf("is not a date from %s to %s: set the day of issue", epoch, last))
	}
	v.upTo(p, "Seats", t.Seats, MaxKeySeats)
	v.upTo(p, "Number", t.Number, MaxKeyNumber)
	if t.Machine != nil {
		v.exactly(p, "Machine", t.Machine, machineSize, "what the installation code holds, or nil for every machine")
	}
	v.keyTerm(p, t.Term)
	v.id(root("product"), "", product)
	if NormalName(name) == "" && v.err == nil {
		v.fail(root("name"), "", "is empty, not UTF-8 or too long: a typed key needs the licensee's name as it is printed beside it")
		v.err.code = NameRequired
	}
	return v.result()
}

func (v *validator) keyTerm(p *path, t Term) {
	v.term(p, "Term", t, false)
	at := p.in("Term")
	switch {
	case t.Kind == FromFirstUse:
		v.fail(at, "Kind", "is FromFirstUse, which does not fit into a typed key: use FromActivation, Until or neither")
	case t.Kind == Dates && len(t.Intervals) > 1:
		v.fail(at, "Intervals", "has several periods: a typed key has room for one last day")
	case t.Kind == Dates && len(t.Intervals) == 1:
		v.keyUntil(at.at("Intervals", 0), t.Intervals[0])
	case t.Kind == FromActivation && t.Span.Days > 0 && t.Span.Months > 0:
		v.fail(at, "Span", "has both days and months: a typed key has room for one of them")
	}
}

func (v *validator) keyUntil(p *path, period Interval) {
	if period.From != 0 {
		v.fail(p, "From", "is set: the term of a typed key has always begun")
	}
	if last := epoch + 1<<16 - 1; period.Until <= epoch || period.Until > last {
		v.fail(p, "Until", fmt.Sprintf("%s is not from %s to %s", period.Until, epoch+1, last))
	}
}

// validateKeyring checks the arguments of NewKeyring.
func validateKeyring(vendor string, version int64, quorum int, keys []Key) error {
	v := &validator{}
	v.id(root("vendor"), "", vendor)
	if version < 1 || version > maxKeyringVersion {
		v.fail(root("version"), "", fmt.Sprintf("%d is not from 1 to %d: it grows by one with every change", version, int64(maxKeyringVersion)))
	}
	list := root("keys")
	if len(keys) == 0 {
		v.fail(list, "", "is empty: a keyring needs at least one key")
	}
	if len(keys) > MaxKeys {
		v.fail(list, "", fmt.Sprintf("has %d keys: at most %d fit", len(keys), MaxKeys))
	}
	for i, key := range keys {
		v.key(&path{name: "keys", index: i}, key, keys[:i])
	}
	roots := (&Keyring{keys: keys}).count(RoleRoot)
	if most := min(roots, dsse.MaxSignatures); quorum < 0 || quorum > most || (quorum == 0) != (roots == 0) {
		v.fail(root("quorum"), "", quorumProblem(quorum, roots, most))
	}
	return v.result()
}

func quorumProblem(quorum, roots, most int) string {
	if roots == 0 {
		return strconv.Itoa(quorum) + " is not 0, and no key has the role root: add root keys, or give 0"
	}
	return fmt.Sprintf("%d is not from 1 to %d: it is how many of the %d root keys must sign the next keyring, at most %d", quorum, most, roots, dsse.MaxSignatures)
}

// key checks one key of a keyring against those before it.
func (v *validator) key(p *path, key Key, before []Key) {
	if !key.Public.ok {
		v.fail(p, "Public", "is not a key: parse it with ParsePublicKey")
	}
	oneOfThese(v, p, "Role", key.Role, "RoleLicense, RoleActivation or RoleRoot", RoleLicense, RoleActivation, RoleRoot)
	if key.End == 0 {
		v.fail(p, "End", "is not set: give the key's last day")
	}
	v.date(p, "End", key.End)
	for i, other := range before {
		if key.Public == other.Public {
			v.fail(p, "Public", fmt.Sprintf("is the key %s, which keys[%d] already has: list a key once, with one role", key.Public.ID(), i))
		}
	}
}
