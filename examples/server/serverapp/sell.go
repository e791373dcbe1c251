package serverapp

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"strings"

	"github.com/latchkey-go/latchkey/examples/internal/cli"
	"github.com/latchkey-go/latchkey/examples/server/apiclient"
)

func sellCommand(t *tool) cli.Command {
	return cli.Command{
		Name: "sell", Summary: "Sell one serial number through the API of a running server, and print it.",
		Help: `  server sell --product acme-cad --feature draw --licensee "Ada Lovelace"
  server sell --product acme-cad --feature draw --feature render:until=2027-12-31,runs=100 --limit 3

Names are those of the server's catalogue; --new-name allows others. Limits follow a
feature's id after a colon; "latchkey issue --help" describes them. The API has more
options for a sale: see /openapi.yaml. Only the serial number goes to standard output.
It is a secret: anybody who has it can activate the sale.`,
		Setup: func(f *flag.FlagSet) func([]string) error {
			s := &sale{t: t}
			f.StringVar(&s.url, "url", "", "`URL` of the server; default: that of the settings")
			f.StringVar(&t.settings.tokenFile, "token-file", t.settings.tokenFile, "`FILE` with a token of the role desk")
			f.StringVar(&s.product, "product", "", "`ID` of the product")
			f.Func("feature", "`ID` or ID:LIMITS of a feature; may be repeated", appendTo(&s.features))
			f.StringVar(&s.edition, "edition", "", "`NAME` of an edition of the catalogue, to which the features add")
			f.BoolVar(&s.newNames, "new-name", false, "allow names that the catalogue does not have")
			f.BoolVar(&s.past, "past", false, "allow dates that are over")
			f.StringVar(&s.licensee.Name, "licensee", "", "`NAME` of the licensee")
			f.StringVar(&s.licensee.Company, "company", "", "`COMPANY` of the licensee")
			f.StringVar(&s.licensee.Email, "email", "", "e-mail `ADDRESS` of the licensee")
			f.StringVar(&s.order, "order", "", "the vendor's `NUMBER` of the order")
			f.StringVar(&s.scheme, "scheme", "", "binding `SCHEME`, such as desktop; default: machines are counted and not bound")
			f.Int64Var(&s.limit, "limit", 1, "`NUMBER` of machines")
			return func(args []string) error {
				if len(args) > 0 {
					return cli.Usagef("%q is not expected here: see \"server sell --help\"", args[0])
				}
				return s.run()
			}
		},
	}
}

// A sale is one run of "server sell".
type sale struct {
	t                           *tool
	url, product, order, scheme string
	edition                     string
	newNames, past              bool
	features                    []string
	licensee                    apiclient.Licensee
	limit                       int64
}

func (s *sale) run() error {
	terms, err := s.terms()
	if err != nil {
		return err
	}
	client, err := s.client()
	if err != nil {
		return err
	}
	sold, err := client.Sell(context.Background(), apiclient.Creation{Limit: s.limit, Order: s.order, Scheme: s.scheme, Description: terms, Overrides: apiclient.Overrides{NewNames: s.newNames, Past: s.past}})
	var problem *apiclient.Problem
	switch {
	case errors.As(err, &problem):
		return errors.New(asFlags.Replace(problem.Error()))
	case err != nil:
		return fmt.Errorf("%s cannot be reached: start it, or name it with --url: %w", client, err)
	}
	for _, w := range sold.Warnings {
		fmt.Fprintf(s.t.err, "server sell: warning: %s\n", asFlags.Replace(strings.TrimSpace(w.Text+" "+w.Remedy)))
	}
	machines := "1 machine"
	if s.limit != 1 {
		machines = fmt.Sprintf("%d machines", s.limit)
	}
	fmt.Fprintf(s.t.err, "Sold %s for %s. The serial number, which the customer enters:\n", s.product, machines)
	_, err = fmt.Fprintln(s.t.out, sold.Sales[0].Serial)
	return err
}

// asFlags names flags in the place of members of the API.
var asFlags = strings.NewReplacer(`Send "new_names": true`, "Use --new-name", `send "new_names": true`, "use --new-name",
	`Name one: "licensee": {"name": "Ada Lovelace"}`, "Name one with --licensee", `send "past": true`, "use --past", `"new_names": true`, "--new-name", `"past": true`, "--past")

func (s *sale) terms() (*apiclient.LicenseTerms, error) {
	switch {
	case s.product == "":
		return nil, cli.Usagef("name the product with --product")
	case len(s.features) == 0 && s.edition == "":
		return nil, cli.Usagef("name each feature with --feature, such as --feature draw, or an edition with --edition")
	case s.limit < 1:
		return nil, cli.Usagef("--limit %d: the limit must be at least 1", s.limit)
	}
	p := apiclient.LicenseProduct{Edition: s.edition, Features: map[string]string{}}
	for _, feature := range s.features {
		id, limits, _ := strings.Cut(feature, ":")
		if _, twice := p.Features[id]; twice {
			return nil, cli.Usagef("--feature %s is given twice", id)
		}
		p.Features[id] = limits
	}
	return &apiclient.LicenseTerms{Licensee: &s.licensee, Products: map[string]apiclient.LicenseProduct{s.product: p}}, nil
}

// client returns the client of the server that the settings or --url name.
func (s *sale) client() (*apiclient.Client, error) {
	if s.t.settings.tokenFile == "" {
		return nil, cli.Usagef("name a file with a token of the role desk with --token-file, or the server's folder with --dir; \"server token add\" makes one")
	}
	f, err := os.Open(s.t.settings.tokenFile)
	if err != nil {
		return nil, fmt.Errorf("the token: %w", err)
	}
	defer f.Close()
	token, err := cli.ReadAll(f, 1<<10)
	if err != nil {
		return nil, cli.At(s.t.settings.tokenFile, err)
	}
	url := s.url
	if url == "" {
		if url, err = s.t.settings.url(); err != nil {
			return nil, err
		}
	}
	client, err := apiclient.New(apiclient.Options{URL: url, Token: strings.TrimSpace(string(token))})
	if err != nil {
		return nil, errors.New(strings.TrimPrefix(err.Error(), "apiclient: "))
	}
	return client, nil
}

// url returns the URL of the API of a server with these settings, for clients on the
// same machine.
func (s *settings) url() (string, error) {
	address := s.listen
	if s.adminListen != "" {
		address = s.adminListen
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil || port == "0" {
		return "", cli.Usagef("the server's address %q has no host and port: name the server with --url", address)
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	scheme := "http"
	if s.tlsCert != "" {
		scheme = "https"
	}
	return scheme + "://" + net.JoinHostPort(host, port), nil
}
