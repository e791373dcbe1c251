package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/examples/internal/catalogue"
	"github.com/latchkey-go/latchkey/examples/internal/description"
	"github.com/latchkey-go/latchkey/examples/internal/rules"
	"github.com/latchkey-go/latchkey/examples/internal/vendorcmd"
	"github.com/latchkey-go/latchkey/examples/server/internal/servertest"
	"github.com/latchkey-go/latchkey/examples/server/serverapp"
	"github.com/latchkey-go/latchkey/keyfmt"
	"github.com/latchkey-go/latchkey/license"
)

// The ways on which something is signed or sold.
var ways = []string{
	"issue flags", "issue --from", "update", "seal", "key", "catalogue", "keyring --add",
	"serials description", "serials licenses", "replace description", "replace license",
	"release description", "release license", "updates description", "updates document",
}

func licenseWays(outcome string) map[string]string {
	return map[string]string{
		"issue flags": outcome, "issue --from": outcome, "serials description": outcome, "serials licenses": outcome,
		"replace description": outcome, "replace license": outcome, "release description": outcome, "release license": outcome,
	}
}

func updateWays(outcome string) map[string]string {
	return map[string]string{"update": outcome, "seal": outcome, "updates description": outcome, "updates document": outcome}
}

func with(all ...map[string]string) map[string]string {
	m := map[string]string{}
	for _, one := range all {
		for way, outcome := range one {
			m[way] = outcome
		}
	}
	return m
}

// A mistake is what breaks one rule, for each kind of thing that is sold.
type mistake struct {
	license, update func(*description.Terms)
	edition         func(*catalogue.Edition)
	key             []string // flags of key
	call            object   // members of POST serials
	clock           func(*desk)
	before          func(t *testing.T, d *desk, way string) // what was issued before
	flags           []string                                // of commands that issue
	outcome         map[string]string                       // by way: refused, warned, or why it cannot be
}

// day is a date that is over when the tests run.
const overDay = "2026-03-09"

func feature(id, limits string) func(*description.Terms) {
	return func(t *description.Terms) { t.Products["acme-cad"].Features[id] = limits }
}

// final is why a release cannot give a sale another kind of licence.
const final = "is always a full licence"

// Why a mistake cannot be made on the ways that a rule does not list.
var impossible = map[rules.Code]string{
	rules.UnknownName:   "the catalogue is the list of names, and refuses an edition with others",
	rules.LimitUnlisted: "a key grants what was signed before",
	rules.Past:          "a keyring has days of keys only: key_ended",
	rules.ObtainingPast: "only updates have a period in which they are applied",
	rules.KeyEnded:      "",
	rules.KeyEndsSoon:   "a keyring is what says the day",
	rules.Zero:          "the language of limits has no 0, and says so",
	rules.NotEnforced:   "a keyring has no limits",
	rules.NoEffect:      "only updates change what is there",
	rules.NumberTaken:   "only updates are numbered",
	rules.NumberGap:     "with the licence at hand the number follows by itself; the other command has TestNumbers",
	rules.NoLicensee:    "only licences have a licensee",
	rules.IDTaken:       "the server and the commands draw ids, and those of others are in their own records",
	rules.SerialKnown:   "the server refuses a serial number that was sold",
	rules.SameKey:       "only keys are the same where their terms are",
	rules.BadVersion:    "a key grants what was signed before",
	rules.BadLink:       "updates and keys have none of their own",
	rules.BadEmail:      "only licences have the licensee's address",
	rules.BadContact:    "updates and keys have none of their own",
	rules.NoEnd:         "a keyring has no terms",
	rules.NoFeatures:    "an edition has features",
	rules.OtherEdition:  "only keys name a signed edition",
}

func mistakes() map[rules.Code]mistake {
	ended := func(d *desk) { d.world.Clock.Set(servertest.Noon.AddDate(51, 0, 0)) }
	soon := func(d *desk) { d.world.Clock.Set(servertest.Noon.AddDate(50, 0, -10)) }
	all := func(outcome string) map[string]string {
		return with(licenseWays(outcome), updateWays(outcome), map[string]string{"key": outcome, "catalogue": outcome})
	}
	return map[rules.Code]mistake{
		rules.UnknownName: {
			license: feature("exprot", ""), update: feature("exprot", ""), key: []string{"--edition", "Unlisted"},
			outcome: with(licenseWays("refused"), updateWays("refused"), map[string]string{"key": "refused"}),
		},
		rules.LimitUnlisted: {
			license: feature("fixed", "runs=5"), update: feature("fixed", "runs=5"),
			edition: func(e *catalogue.Edition) { e.Features["fixed"] = "runs=5" },
			outcome: with(licenseWays("refused"), updateWays("refused"), map[string]string{"catalogue": "refused"}),
		},
		rules.Past: {
			license: feature("draw", "until="+overDay), update: feature("export", "until="+overDay), key: []string{"--term", "until=" + overDay},
			edition: func(e *catalogue.Edition) { e.Maintenance = "until=" + overDay + ",lapse=keep" }, outcome: all("refused"),
		},
		rules.ObtainingPast: {update: func(t *description.Terms) { t.ObtainUntil = overDay }, outcome: updateWays("refused")},
		rules.KeyEnded:      {clock: ended, outcome: with(all("refused"), map[string]string{"keyring --add": "refused"})},
		rules.KeyEndsSoon: {clock: soon, outcome: with(all("warned"), map[string]string{
			"serials licenses": "was signed before", "replace license": "was signed before", "release license": "was signed before", "updates document": "was signed before",
		})},
		rules.Zero: {
			key: []string{"--seats", "0"}, call: object{"limit": 0},
			outcome: map[string]string{"key": "refused", "serials description": "refused", "serials licenses": "refused"},
		},
		rules.NotEnforced: {
			license: feature("team", "seats=5,concurrent=5/login"), update: feature("team", "seats=5"), key: []string{"--seats", "3"},
			edition: func(e *catalogue.Edition) { e.Features["team"] = "seats=5" }, outcome: all("warned"),
		},
		rules.NoEffect: {
			update: func(t *description.Terms) {
				t.Products["acme-cad"].Features = map[string]string{"draw": "runs=unlimited"}
			},
			outcome: updateWays("refused"),
		},
		rules.NumberGap:   {},
		rules.NumberTaken: {before: numberTaken, outcome: with(updateWays("refused"), map[string]string{"updates description": "is numbered by the server"})},
		rules.IDTaken: {
			before: idTaken, flags: []string{"--id", "ID-1"},
			outcome: map[string]string{"issue flags": "refused", "issue --from": "refused", "update": "refused", "seal": "refused"},
		},
		rules.SerialKnown: {before: serialKnown, flags: []string{"--serial-from", "known.serial"}, outcome: map[string]string{"issue flags": "warned", "issue --from": "warned"}},
		rules.SameKey:     {before: sameKey, outcome: map[string]string{"key": "warned"}},
		rules.BadVersion: {
			license: func(t *description.Terms) { t.Products["acme-cad"].MaxVersion = "four" }, update: func(t *description.Terms) { t.Products["acme-cad"].MaxVersion = "four" },
			edition: func(e *catalogue.Edition) { e.MaxVersion = "four" },
			outcome: with(licenseWays("refused"), updateWays("refused"), map[string]string{"catalogue": "refused"}),
		},
		rules.BadLink: {
			license: func(t *description.Terms) { t.Renew = "acme.example" }, edition: func(e *catalogue.Edition) { e.Renew = "javascript:1" },
			outcome: with(licenseWays("refused"), map[string]string{"catalogue": "refused"}),
		},
		rules.BadEmail:   {license: func(t *description.Terms) { t.Licensee.Email = "ada at acme" }, outcome: licenseWays("warned")},
		rules.NoLicensee: {license: func(t *description.Terms) { t.Licensee.Name = "  " }, outcome: licenseWays("warned")},
		rules.BadContact: {
			license: func(t *description.Terms) { t.Contact = "the desk" }, edition: func(e *catalogue.Edition) { e.Contact = "the desk" },
			outcome: with(licenseWays("warned"), map[string]string{"catalogue": "warned"}),
		},
		rules.NoEnd: {
			license: func(t *description.Terms) { t.Kind = "trial" },
			update:  func(t *description.Terms) { t.Kind, t.Rewrite = "trial", true },
			key:     []string{"--edition", "Trial"},
			outcome: with(licenseWays("warned"), updateWays("warned"), map[string]string{
				"key": "warned", "release description": final, "release license": final, "catalogue": "says the kind, and the key the term",
			}),
		},
		rules.NoFeatures: {
			license: func(t *description.Terms) { t.Products["acme-cam"] = &description.Product{MaxVersion: "4"} },
			update: func(t *description.Terms) {
				t.Rewrite, t.Products["acme-cad"] = true, &description.Product{MaxVersion: "4"}
			},
			outcome: with(licenseWays("warned"), updateWays("warned"), map[string]string{
				"issue flags": "has a product for each feature", "serials description": "refused", "replace description": "refused", "release description": "refused",
			}),
		},
		rules.OtherEdition: {key: []string{"--edition", "Older"}, outcome: map[string]string{"key": "warned"}},
	}
}

// Every rule holds on every way in on which its mistake can be made.
func TestRulesOnEveryWay(t *testing.T) {
	t.Parallel()
	all := mistakes()
	require.Len(t, all, len(rules.All))
	ran := 0
	for _, code := range rules.All {
		m, has := all[code]
		require.True(t, has, "the rule %s has no case", code)
		for way := range m.outcome {
			require.Contains(t, ways, way)
		}
		for _, way := range ways {
			outcome := m.outcome[way]
			if outcome != "refused" && outcome != "warned" {
				require.NotEmpty(t, outcome+impossible[code], "%s of %s: neither tested, nor said why not", code, way)
				continue
			}
			ran++
			t.Run(string(code)+"/"+way, func(t *testing.T) {
				t.Parallel()
				d := newDesk(t)
				if m.before != nil {
					m.before(t, d, way)
				}
				got := d.make(way, m)
				want := map[string][]string{"refused": got.refused, "warned": got.warned}[outcome]
				require.Contains(t, want, string(code), "%+v", got)
				require.Equal(t, outcome == "refused", got.refused != nil, "%+v", got)
			})
		}
	}
	require.Greater(t, ran, 120)
}

// What is not a mistake is neither refused nor warned of, on every way.
func TestRulesAllow(t *testing.T) {
	t.Parallel()
	for _, way := range ways {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			got := newDesk(t).make(way, mistake{})
			require.Empty(t, got.refused, "%+v", got)
			require.Empty(t, got.warned, "%+v", got)
		})
	}
}

// What a rule refuses can be sold all the same where that can be meant.
func TestRulesOverridden(t *testing.T) {
	t.Parallel()
	all := mistakes()
	for _, test := range []struct {
		code   rules.Code
		flag   string
		member string
	}{{rules.UnknownName, "--new-name", "new_names"}, {rules.LimitUnlisted, "--new-name", "new_names"}, {rules.Past, "--past", "past"}} {
		for _, way := range ways {
			if all[test.code].outcome[way] != "refused" {
				continue
			}
			t.Run(string(test.code)+"/"+way, func(t *testing.T) {
				t.Parallel()
				m := all[test.code]
				if way == "catalogue" && test.flag == "--new-name" {
					return // the catalogue is edited instead
				}
				d := newDesk(t)
				d.override, d.member = test.flag, test.member
				require.Empty(t, d.make(way, m).refused)
			})
		}
	}
}

// listed is the catalogue of these tests.
const listed = `{"products": {
	"acme-cad": {
		"features": {"draw": {}, "export": {}, "team": {}, "fixed": {"limits": ["term"]}},
		"editions": [
			{"number": 1, "name": "Standard", "features": {"draw": ""}},
			{"number": 2, "name": "Trial", "kind": "trial", "features": {"draw": ""}},
			{"number": 3, "name": "Older", "features": {"draw": "", "export": ""}}
		]
	},
	"acme-cam": {"features": {"mill": {}}}
}}`

// embedded is what was signed before for products: Unlisted is not in the list any
// more, and Older has changed.
const embedded = `{"products": {"acme-cad": {
	"features": {"draw": {}},
	"editions": [
		{"number": 1, "name": "Standard", "features": {"draw": ""}},
		{"number": 2, "name": "Trial", "kind": "trial", "features": {"draw": ""}},
		{"number": 3, "name": "Older", "features": {"draw": ""}},
		{"number": 4, "name": "Unlisted", "features": {"draw": ""}}
	]
}}}`

// A desk is a vendor with a server and with the commands, in a folder.
type desk struct {
	t                *testing.T
	world            world
	dir              string
	override, member string
	sold             object // what is replaced, released or updated at the server
}

func newDesk(t *testing.T) *desk {
	d := &desk{t: t, dir: t.TempDir()}
	d.world = newWorld(t, func(c *serverapp.Config) {
		parsed, err := catalogue.Parse("catalogue.json", []byte(listed))
		require.NoError(t, err)
		c.Catalogue = parsed
	})
	d.world.Write(t, license.RoleLicense, d.file("license.key"))
	d.write("keyring.txt", d.world.Keyring.String())
	d.write("catalogue.json", listed)
	signed, err := catalogue.Parse("embedded.json", []byte(embedded))
	require.NoError(t, err)
	document, err := signed.Signed("acme-cad")
	require.NoError(t, err)
	document.Issued = servertest.Noon
	text, err := d.world.World.License.Catalogue(document)
	require.NoError(t, err)
	d.write("catalogue.doc", string(text))
	return d
}

func (d *desk) file(name string) string { return filepath.Join(d.dir, name) }

func (d *desk) write(name, text string) {
	require.NoError(d.t, os.WriteFile(d.file(name), []byte(text), 0o600))
}

// What came of trying: the codes of what was refused, and of warnings.
type tried struct {
	refused, warned []string
	text            string
}

// run runs a command in the desk's folder.
func (d *desk) run(command string, args ...string) tried {
	d.t.Helper()
	args = append([]string{command, "--json", "--keyring", d.file("keyring.txt"), "--key", d.file("license.key")}, args...)
	if command != "catalogue" {
		args = append(args, "--catalogue", d.file("catalogue.json"))
	}
	return d.command(args...)
}

func (d *desk) command(args ...string) tried {
	d.t.Helper()
	if d.override != "" {
		args = append(args, d.override)
	}
	var out, diagnostics bytes.Buffer
	code := vendorcmd.Run(args, strings.NewReader(""), &out, &diagnostics, d.world.Clock.Now)
	require.Empty(d.t, diagnostics.String())
	var answer struct {
		Error *struct {
			Code     string
			Findings []struct{ Code string }
		}
		Warnings []struct{ Code string }
	}
	require.NoError(d.t, json.Unmarshal(out.Bytes(), &answer), out.String())
	got := tried{text: out.String()}
	inVendorsWords(d.t, out.Bytes())
	if answer.Error != nil {
		require.Contains(d.t, []int{vendorcmd.Refused, vendorcmd.Damaged}, code, out.String())
		got.refused = append(got.refused, answer.Error.Code)
		for _, f := range answer.Error.Findings {
			got.refused = append(got.refused, f.Code)
		}
	}
	for _, w := range answer.Warnings {
		got.warned = append(got.warned, w.Code)
	}
	return got
}

// post calls the API.
func (d *desk) post(path string, call object) tried {
	d.t.Helper()
	if d.member != "" {
		call[d.member] = true
	}
	status, answer := d.world.Desk.Do(http.MethodPost, path, call)
	text, err := json.Marshal(answer)
	require.NoError(d.t, err)
	got := tried{text: string(text)}
	inVendorsWords(d.t, text)
	codes := func(of any, to *[]string) {
		list, _ := of.([]any)
		for _, one := range list {
			*to = append(*to, one.(object)["code"].(string))
		}
	}
	if why, refused := answer["error"].(object); refused {
		require.Contains(d.t, []int{http.StatusConflict, http.StatusUnprocessableEntity}, status, got.text)
		got.refused = append(got.refused, why["code"].(string))
		if why["code"] == string(license.OutOfOrder) { // the ledger has the number, and says so in its own words
			got.refused = append(got.refused, string(rules.NumberTaken))
		}
		codes(why["findings"], &got.refused)
	}
	codes(answer["warnings"], &got.warned)
	return got
}

var memberName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// inVendorsWords makes sure that no answer sends the vendor to the vendor, and
// that the members of its JSON are named alike.
func inVendorsWords(t *testing.T, answer []byte) {
	t.Helper()
	require.NotRegexp(t, `(?i)(ask|contact|from|with) the vendor`, string(answer))
	var value any
	require.NoError(t, json.Unmarshal(answer, &value))
	var walk func(any)
	walk = func(at any) {
		switch v := at.(type) {
		case object:
			for name, child := range v {
				require.Regexp(t, memberName, name)
				walk(child)
			}
		case []any:
			for _, child := range v {
				walk(child)
			}
		}
	}
	walk(value)
}

// make makes a mistake on one way.
func (d *desk) make(way string, m mistake) tried {
	d.t.Helper()
	licensed, update := d.terms(m)
	switch way {
	case "issue flags":
		d.tick(m)
		return d.run("issue", append(flagsOf(licensed), d.flags(m)...)...)
	case "issue --from":
		d.tick(m)
		d.write("terms.json", textOf(d.t, licensed))
		return d.run("issue", append([]string{"--from", d.file("terms.json")}, d.flags(m)...)...)
	case "update", "seal":
		if _, err := os.Stat(d.file("a.lic")); err != nil {
			d.issueFirst()
		}
		d.tick(m)
		d.write("update.json", textOf(d.t, update))
		return d.run(way, append([]string{"--license", d.file("a.lic"), "--from", d.file("update.json")}, d.flags(m)...)...)
	case "key":
		d.tick(m)
		flags := []string{"--embedded", d.file("catalogue.doc"), "--licensee", "Ada"}
		if !slices.Contains(m.key, "--edition") {
			flags = append(flags, "--edition", "Standard")
		}
		return d.run("key", append(flags, m.key...)...)
	case "catalogue":
		d.tick(m)
		return d.signCatalogue(m)
	case "keyring --add":
		return d.addKey(m)
	}
	return d.atServer(way, m, licensed, update)
}

// atServer makes a mistake in a call of the API.
func (d *desk) atServer(way string, m mistake, licensed, update *description.Terms) tried {
	d.t.Helper()
	what, form, _ := strings.Cut(way, " ")
	if what != "serials" && d.sold == nil {
		d.sold = d.world.Desk.Sell(object{"pending": what == "release"})
	}
	d.tick(m)
	call := object{}
	for name, value := range m.call {
		call[name] = value
	}
	switch form {
	case "description":
		terms := licensed
		if what == "updates" {
			terms = update
		}
		call["description"] = json.RawMessage(textOf(d.t, terms))
	case "document":
		document, err := d.signedUpdate(update)
		if err != nil {
			return refusedByIssuer(d.t, err)
		}
		call["document"] = document
	default:
		document, err := d.signedLicense(licensed)
		if err != nil {
			return refusedByIssuer(d.t, err)
		}
		call["license"] = document
		if what == "serials" {
			delete(call, "license")
			call["licenses"] = []any{document}
		}
	}
	if what == "serials" {
		return d.post("serials", call)
	}
	call["serial"] = d.sold["serial"]
	if what == "updates" {
		return d.post("updates", call)
	}
	return d.post("serials/"+what, call)
}

// terms returns a licence and an update with the mistake.
func (d *desk) terms(m mistake) (licensed, update *description.Terms) {
	licensed = &description.Terms{
		Licensee: description.Licensee{Name: "Ada Lovelace", Email: "ada@acme.example"}, Contact: "help@acme.example", Renew: "https://acme.example/renew",
		Products: map[string]*description.Product{"acme-cad": {MaxVersion: "4", Features: map[string]string{"draw": ""}}},
	}
	update = &description.Terms{Products: map[string]*description.Product{"acme-cad": {Features: map[string]string{"export": ""}}}}
	if m.license != nil {
		m.license(licensed)
	}
	if m.update != nil {
		m.update(update)
	}
	return licensed, update
}

func (d *desk) tick(m mistake) {
	if m.clock != nil {
		m.clock(d)
	}
}

// flags are those of a mistake, with files in the desk's folder.
func (d *desk) flags(m mistake) (flags []string) {
	for _, f := range m.flags {
		if f == "known.serial" {
			f = d.file(f)
		}
		flags = append(flags, f)
	}
	return flags
}

// issueFirst issues the licence that is updated.
func (d *desk) issueFirst(flags ...string) {
	override := d.override
	d.override = ""
	got := d.run("issue", append([]string{"--product", "acme-cad", "--feature", "draw", "--out", d.file("a.lic")}, flags...)...)
	require.Empty(d.t, got.refused, got.text)
	d.override = override
}

func (d *desk) signCatalogue(m mistake) tried {
	var file struct {
		Products map[string]*catalogue.Product `json:"products"`
	}
	require.NoError(d.t, json.Unmarshal([]byte(listed), &file))
	if m.edition != nil {
		m.edition(file.Products["acme-cad"].Editions[0])
	}
	text, err := json.Marshal(file)
	require.NoError(d.t, err)
	d.write("edited.json", string(text))
	return d.run("catalogue", "--from", d.file("edited.json"), "--product", "acme-cad")
}

// addKey adds a key to a keyring, whose last day is over if the clock is late.
func (d *desk) addKey(m mistake) tried {
	end := license.DateOf(d.world.Clock.Now()) + 1000
	d.tick(m)
	return d.command("keyring", "--json", "--vendor", "acme", "--add", d.file("license.key")+":"+end.String())
}

// signedLicense is what another back office has signed for the sale.
func (d *desk) signedLicense(terms *description.Terms) (string, error) {
	terms.NeedsReceipt = true
	l, err := terms.License()
	if err != nil {
		return "", err
	}
	key, err := keyfmt.Generate(keyfmt.Serial, nil)
	require.NoError(d.t, err)
	l.ID, l.Serial, l.Issued = "L-other", license.Serial(key.Rows()[0]), d.world.Clock.Now().Add(time.Second)
	if d.sold != nil {
		l.Serial = license.Serial(d.sold["serial"].(string))
	}
	document, err := d.world.World.License.License(l)
	return string(document), err
}

func (d *desk) signedUpdate(terms *description.Terms) (string, error) {
	u, err := terms.Update(&license.License{Products: []license.Product{{ID: "acme-cad", Features: []license.Feature{{ID: "draw"}}}}})
	if err != nil {
		return "", err
	}
	u.ID, u.Serial, u.Sequence, u.Issued = "U-other", license.Serial(d.sold["serial"].(string)), 1, d.world.Clock.Now()
	document, err := d.world.World.License.Update(u)
	return string(document), err
}

// refusedByIssuer is the outcome where package issuer does not sign the mistake.
func refusedByIssuer(t *testing.T, err error) tried {
	require.ErrorIs(t, err, license.Malformed)
	return tried{refused: []string{string(rules.BadVersion)}, text: err.Error()}
}

// textOf writes a description without the members that say nothing.
func textOf(t *testing.T, terms *description.Terms) string {
	text, err := json.Marshal(terms)
	require.NoError(t, err)
	var value object
	require.NoError(t, json.Unmarshal(text, &value))
	prune(value)
	text, err = json.Marshal(value)
	require.NoError(t, err)
	return string(text)
}

func prune(o object) {
	for name, value := range o {
		if inner, is := value.(object); is {
			if name != "features" { // whose limits may be empty
				prune(inner)
			}
			if len(inner) == 0 {
				delete(o, name)
			}
		}
		if value == nil || value == "" || value == false {
			delete(o, name)
		}
	}
}

// flagsOf writes a description as flags of issue.
func flagsOf(t *description.Terms) (flags []string) {
	add := func(flag, value string) {
		if value != "" {
			flags = append(flags, flag, value)
		}
	}
	add("--kind", t.Kind)
	add("--licensee", t.Licensee.Name)
	add("--email", t.Licensee.Email)
	add("--contact", t.Contact)
	add("--renew-link", t.Renew)
	p := t.Products["acme-cad"]
	add("--product", "acme-cad")
	add("--max-version", p.MaxVersion)
	for id, limits := range p.Features {
		add("--feature", strings.TrimSuffix(fmt.Sprintf("%s:%s", id, limits), ":"))
	}
	return flags
}

// numberTaken issues an update with the number that comes next.
func numberTaken(t *testing.T, d *desk, way string) {
	if way == "updates document" {
		d.sold = d.world.Desk.Sell(nil)
		d.world.Desk.OK("updates", object{"serial": d.sold["serial"], "description": servertest.Update("team", "")})
		return
	}
	d.issueFirst()
	got := d.run("update", "--license", d.file("a.lic"), "--product", "acme-cad", "--feature", "fixed")
	require.Empty(t, got.refused, got.text)
}

// idTaken issues something with the id that is used again: of an update, one for
// another licence.
func idTaken(t *testing.T, d *desk, way string) {
	if strings.HasPrefix(way, "issue") {
		d.issueFirst("--id", "ID-1")
		return
	}
	d.issueFirst()
	got := d.run(way, "--license", d.file("a.lic"), "--product", "acme-cad", "--feature", "fixed", "--id", "ID-1")
	require.Empty(t, got.refused, got.text)
	require.NoError(t, os.Remove(d.file("a.lic")))
	d.issueFirst()
}

// serialKnown issues a licence under a serial number that is used again.
func serialKnown(_ *testing.T, d *desk, _ string) {
	d.issueFirst("--serial-out", d.file("known.serial"))
}

func sameKey(t *testing.T, d *desk, way string) {
	require.Empty(t, d.make(way, mistake{}).refused)
}
