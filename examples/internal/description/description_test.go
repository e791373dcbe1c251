package description_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/examples/internal/description"
	"github.com/latchkey-go/latchkey/license"
)

func date(t *testing.T, text string) license.Date {
	t.Helper()
	d, err := license.ParseDate(text)
	require.NoError(t, err)
	return d
}

// has returns the description of a licence or an update for one feature.
func has(limits string) string {
	return `{"products":{"acme-cad":{"features":{"draw":"` + limits + `"}}}}`
}

func TestLicense(t *testing.T) {
	t.Parallel()
	l, err := description.License([]byte(`{
		"kind": "trial", "window": "activation=30d", "contact": "help@acme.example", "renew": "https://acme.example",
		"licensee": {"name": "Ada Lovelace", "company": "Acme", "email": "ada@acme.example"},
		"needs_receipt": true, "scheme": "workstation",
		"products": {
			"acme-cam": null,
			"acme-cad": {
				"max_version": "4", "maintenance": "until=2027-12-31,lapse=keep",
				"features": {"render": "until=2027-12-31,runs=100,no-vm,param.colour=red\\,green", "draw": ""}
			}
		}
	}`))
	require.NoError(t, err)
	require.Equal(t, &license.License{
		Kind: license.Trial, Window: license.Term{Kind: license.FromActivation, Span: license.Span{Days: 30}},
		Hints:        license.Hints{Contact: "help@acme.example", Renew: "https://acme.example"},
		Licensee:     license.Licensee{Name: "Ada Lovelace", Company: "Acme", Email: "ada@acme.example"},
		NeedsReceipt: true, Binding: license.Binding{Scheme: "board+cpu~+disk~+mac~/2"},
		Products: []license.Product{
			{
				ID: "acme-cad", MaxVersion: "4", Maintenance: license.Maintenance{Until: date(t, "2027-12-31"), Lapse: license.Keep},
				Features: []license.Feature{
					{ID: "draw"},
					{
						ID: "render", Term: license.Until(date(t, "2027-12-31")), Runs: 100, Conditions: license.NoVirtualMachine,
						Params: []license.Param{{Name: "colour", Value: "red,green"}},
					},
				},
			},
			{ID: "acme-cam"},
		},
	}, l)
}

// Without a word of it, a licence is full, for every machine, and needs nothing.
func TestLicenseDefaults(t *testing.T) {
	t.Parallel()
	l, err := description.License([]byte(has("")))
	require.NoError(t, err)
	require.Equal(t, &license.License{
		Kind: license.Full, Products: []license.Product{{ID: "acme-cad", Features: []license.Feature{{ID: "draw"}}}},
	}, l)
	l, err = description.License([]byte(`{"needs_receipt":true,` + has("")[1:]))
	require.NoError(t, err)
	require.True(t, l.NeedsReceipt)
	require.Equal(t, license.Binding{}, l.Binding)
}

func TestLicenseRefused(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", license.MaxText+1)
	product := func(members string) string { return `{"products":{"acme-cad":{` + members + `}}}` }
	for text, want := range map[string]string{
		`{}`:                   "products is missing or empty: a licence needs at least one product",
		`null`:                 "products is missing or empty: a licence needs at least one product",
		`{"kind":"gratis"}`:    `"gratis" is not a kind of licence: use full, provisional, trial or test`,
		`{"window":"runs=5"}`:  `the window: "runs=5" is not a term: `,
		`{"window":"forever"}`: `the window: "forever" is not a limit: `,
		`{"scheme":"machine","products":{"acme-cad":{}}}`:                   "scheme needs needs_receipt: ",
		`{"scheme":"Board+","needs_receipt":true,"products":{"a":{}}}`:      `"Board+" is not a binding scheme: use one of workstation, `,
		`{"scheme":"workstatoin","needs_receipt":true,"products":{"a":{}}}`: `the scheme workstatoin names "workstatoin", which not every product reads: `,
		`{"contact":"` + long + `"}`:                                        "contact has more than 1024 bytes",
		`{"licensee":{"email":"` + long + `"}}`:                             "licensee/email has more than 1024 bytes",
		`{"rewrite":true}`:                                                  "a licence has no rewrite: this describes an update",
		`{"obtain_until":"2027-12-31"}`:                                     "a licence has no obtain_until: this describes an update",
		`{"products":{"acme cad":{}}}`:                                      `products: "acme cad" is not a valid id of a product: `,
		`{"products":{"` + long + `":{}}}`:                                  "products: this is not a valid id of a product: it has 1025 bytes, and at most 64 are allowed",
		product(`"max_version":"4 or 5"`):                                   `the max_version of acme-cad: "4 or 5" is not a valid version: `,
		product(`"scheme":"machine"`):                                       "the scheme of acme-cad: only an update can name the scheme that a product needs",
		product(`"maintenance":"extend=12m"`):                               "the maintenance of acme-cad: write its last day",
		product(`"maintenance":"since=2020-01-01"`):                         `the maintenance of acme-cad: "since" is not said of maintenance`,
		product(`"features":{"":""}`):                                       `the features of acme-cad: "" is not a valid id of a feature: `,
		has("runs=+5"):                                                      "the feature draw of acme-cad: a + is only for add-on updates: write the number alone",
		has("extend=30d"):                                                   "the feature draw of acme-cad: extend and reset-usage are for updates only",
	} {
		_, err := description.License([]byte(text))
		require.ErrorContains(t, err, want, "%.80s", text)
		require.True(t, strings.HasPrefix(err.Error(), want), err.Error())
		require.NotContains(t, err.Error(), "--")
	}
	_, err := description.License([]byte(`{"comment":"x"}`))
	require.ErrorIs(t, err, description.ErrUpdate)
}

// What is only found in the whole is named by package license.
func TestLicenseTooLarge(t *testing.T) {
	t.Parallel()
	var wrong *license.FieldError
	features := map[string]string{}
	for i := range 50 {
		features["f"+strings.Repeat("x", i)] = "param.p=" + strings.Repeat("x", 1000)
	}
	text, err := json.Marshal(map[string]any{"products": map[string]any{"a": map[string]any{"features": features}}})
	require.NoError(t, err)
	_, err = description.License(text)
	require.ErrorAs(t, err, &wrong)
	require.ErrorIs(t, err, license.TooLarge)
	_, err = description.License([]byte(has("param.p=" + strings.Repeat("x", license.MaxText+1))))
	require.ErrorAs(t, err, &wrong)
	require.Regexp(t, `Params\[0\]\.Value$`, wrong.Field)
	require.True(t, strings.HasPrefix(err.Error(), "products/acme-cad/features/draw (Params[0].Value): "), err.Error())
}

// current is a licence that updates are described for.
func current() *license.License {
	return &license.License{
		ID: "L-1", Serial: "S-1", Vendor: "acme", Kind: license.Full, Revision: 6,
		Products: []license.Product{{ID: "acme-cad", Features: []license.Feature{{ID: "draw", Runs: 5}}}},
	}
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	u, err := description.Update([]byte(`{
		"kind": "full", "window": "perpetual", "obtain_from": "2027-01-01", "obtain_until": "2027-12-31", "crm_id": "C-1", "comment": "for Ada",
		"products": {"acme-cad": {"scheme": "workstation", "max_version": "5", "maintenance": "extend=12m", "features": {"draw": "runs=+5", "print": "runs=5"}}}
	}`), current())
	require.NoError(t, err)
	five, ten := int64(5), int64(10)
	require.Equal(t, &license.Update{
		Vendor: "acme", Serial: "S-1", Sequence: 7, CRMID: "C-1", Comment: "for Ada",
		Kind: license.Full, Window: &license.Term{}, Obtain: license.Period{From: date(t, "2027-01-01"), Until: date(t, "2027-12-31")},
		Products: []license.ProductChange{{
			ID: "acme-cad", Scheme: "board+cpu~+disk~+mac~/2", MaxVersion: "5",
			Maintenance: &license.MaintenanceChange{Extend: license.Span{Months: 12}},
			Features:    []license.FeatureChange{{ID: "draw", Runs: &five}, {ID: "print", Runs: &five}},
		}},
	}, u)

	u, err = description.Update([]byte(has("runs=+5")), current())
	require.NoError(t, err)
	u.ID, u.Issued = "U-1", time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	after, _, err := license.Apply(current(), u, u.Issued, license.Usage{})
	require.NoError(t, err)
	require.Equal(t, ten, after.Products[0].Features[0].Runs)
}

func TestUpdateRefused(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", license.MaxText+1)
	rewrite := func(limits string) string { return `{"rewrite":true,` + has(limits)[1:] }
	for text, want := range map[string]string{
		`{"licensee":{"name":"Ada"}}`:                              "an update never changes the licensee or the hints: that is a new licence",
		`{"needs_receipt":true}`:                                   "an update never changes scheme or needs_receipt: that is a new licence",
		`{"scheme":"machine"}`:                                     "an update never changes scheme or needs_receipt: that is a new licence",
		`{"whole_license":true}`:                                   "a rewrite of the whole licence states its kind",
		`{"comment":"nothing else"}`:                               "this update changes nothing",
		`{"kind":"gratis"}`:                                        `"gratis" is not a kind of licence`,
		`{"obtain_from":"tomorrow"}`:                               `obtain_from: "tomorrow" is not a date: write it as 2027-12-31`,
		`{"obtain_until":"tomorrow"}`:                              `obtain_until: "tomorrow" is not a date: write it as 2027-12-31`,
		`{"kind":"full","crm_id":"` + long + `"}`:                  "crm_id has more than 1024 bytes",
		has("runs=5"):                                              "the feature draw of acme-cad: an add-on update adds: write +5 for 5 more",
		has("reset-usage"):                                         "the feature draw of acme-cad: only a rewrite can reset usage",
		rewrite("runs=+5"):                                         "the feature draw of acme-cad: a rewrite sets limits: write the number without +",
		rewrite("extend=30d"):                                      "the feature draw of acme-cad: a rewrite sets terms: ",
		`{"products":{"a":{"scheme":"A"}}}`:                        `the scheme of a: "A" is not a binding scheme: `,
		`{"obtain_from":"2027-01-02","obtain_until":"2027-01-01"}`: "the obtaining period ends on 2027-01-01, before it begins on 2027-01-02",
		`{"products":{"a":{"maintenance":"lapse=keep"}}}`:          "the maintenance of a: say either until which date it runs or by how much it is extended",
	} {
		_, err := description.Update([]byte(text), current())
		require.ErrorContains(t, err, want, "%.80s", text)
		require.True(t, strings.HasPrefix(err.Error(), want), err.Error())
		require.NotContains(t, err.Error(), "--")
	}
	for text, want := range map[string]error{
		`{"whole_license":true}`: description.ErrNoKind, `{}`: description.ErrNoChange, has("runs=5"): description.ErrAddOn,
	} {
		_, err := description.Update([]byte(text), current())
		require.ErrorIs(t, err, want)
	}
	var wrong *license.FieldError
	_, err := description.Update([]byte(has("param.a="+long)), current())
	require.ErrorAs(t, err, &wrong)
	require.True(t, strings.HasPrefix(err.Error(), "products/acme-cad/features/draw (Params[0].Value): "), err.Error())
}

// Without the licence at hand, a number may be one for a new feature or so many
// more, and the head is left out.
func TestUpdateOfUnknown(t *testing.T) {
	t.Parallel()
	terms, err := description.Parse([]byte(has("runs=+5")))
	require.NoError(t, err)
	u, err := terms.Update(nil)
	require.NoError(t, err)
	require.Zero(t, u.Sequence)
	require.Empty(t, u.Serial)
	terms, err = description.Parse([]byte(has("runs=5")))
	require.NoError(t, err)
	_, err = terms.Update(nil)
	require.ErrorIs(t, err, description.ErrAddOn)
}

// Who binds the licence in another way gets it without.
func TestUnbound(t *testing.T) {
	t.Parallel()
	l, err := (&description.Terms{Scheme: "no scheme", NeedsReceipt: true}).Unbound()
	require.NoError(t, err)
	require.Equal(t, &license.License{Kind: license.Full}, l)
}
