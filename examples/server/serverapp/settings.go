package serverapp

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/latchkey-go/latchkey/examples/internal/catalogue"
	"github.com/latchkey-go/latchkey/examples/internal/cli"
	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

// settings are the unparsed settings of the command line, the environment and the
// settings file.
type settings struct {
	database, listen, adminListen            string
	keyring, licenseKey                      string
	activationKeys, nextKeyrings, catalogues list
	allowVoid                                bool
	catalogue                                string
	tlsCert, tlsKey, trustedProxies          string
	logFormat, logLevel, shutdownTimeout     string
	tokenFile                                string
	credentials                              string // folder of systemd's credentials

	noSettings string            // that --dir has none, as the beginning of a sentence
	origins    map[string]origin // of what no flag has set, by the flag's name
}

// envPrefix is the prefix of the environment variables.
const envPrefix = "LATCHKEY_"

// fromEnvironment returns the settings of the environment and of a folder, which
// are the defaults of the flags. The environment takes precedence over the folder.
func (t *tool) fromEnvironment(folder map[string]string) settings {
	origins := map[string]origin{}
	or := func(name, otherwise string) string {
		variable := envPrefix + name
		for _, o := range []origin{{t.env(variable), variable}, {folder[variable], variable + " in " + filepath.Join(t.dir, settingsFile)}} {
			if o.value != "" {
				origins[flagOf(name)] = o
				return o.value
			}
		}
		return otherwise
	}
	return settings{
		origins: origins, noSettings: t.noSettings(),
		database: or("DATABASE", databaseFile), listen: or("LISTEN", DefaultListen), adminListen: or("ADMIN_LISTEN", ""),
		keyring: or("KEYRING", ""), licenseKey: or("LICENSE_KEY", ""),
		activationKeys: listOf(or("ACTIVATION_KEY", "")), nextKeyrings: listOf(or("NEXT_KEYRING", "")), catalogues: listOf(or("SEND_CATALOGUE", "")),
		catalogue: or("CATALOGUE", ""),
		tlsCert:   or("TLS_CERT", ""), tlsKey: or("TLS_KEY", ""), trustedProxies: or("TRUSTED_PROXIES", ""),
		logFormat: or("LOG_FORMAT", "text"), logLevel: or("LOG_LEVEL", "info"), shutdownTimeout: or("SHUTDOWN_TIMEOUT", "20s"),
		tokenFile:   or(tokenFile, ""),
		credentials: t.env("CREDENTIALS_DIRECTORY"),
	}
}

// declare declares the flags of serve.
func (s *settings) declare(f *flag.FlagSet) {
	str := func(p *string, name, usage string) { f.StringVar(p, name, *p, usage) }
	str(&s.listen, "listen", "`ADDRESS` for customers; default: "+DefaultListen+", which other machines cannot reach")
	str(&s.adminListen, "admin-listen", "`ADDRESS` for the API, /healthz and /metrics; default: that of --listen")
	s.declareKeys(f)
	f.Var(&s.activationKeys, "activation-key", "`FILE` with the private key of the role activation; may be repeated, the newest key first:\nthe server answers a product with the newest key that the product trusts")
	f.Var(&s.catalogues, "send-catalogue", "`FILE` with a signed catalogue that products get together with --next-keyring; may be repeated")
	f.BoolVar(&s.allowVoid, "allow-void", false, "start although --next-keyring voids documents in the ledger")
	str(&s.catalogue, "catalogue", "`FILE` with the catalogue, as \"latchkey catalogue --new\" makes it; without it, every sale needs\n\"new_names\": true. The server reads it once, at its start")
	str(&s.tlsCert, "tls-cert", "`FILE` with the certificate chain in PEM; the server reads it again when it changes")
	str(&s.tlsKey, "tls-key", "`FILE` with the certificate's private key in PEM")
	str(&s.trustedProxies, "trusted-proxies", "`NETWORKS` of proxies whose X-Forwarded-For is trusted: 10.0.0.0/8,192.0.2.7")
	str(&s.logFormat, "log-format", "`text` or json; the log goes to standard error")
	str(&s.logLevel, "log-level", "`debug`, info, warn or error; default: info")
	str(&s.shutdownTimeout, "shutdown-timeout", "`DURATION` to wait for requests in progress; default: 20s")
}

// declareKeys declares the flags of keyrings and of the key that signs licences.
func (s *settings) declareKeys(f *flag.FlagSet) {
	f.StringVar(&s.keyring, "keyring", s.keyring, "`FILE` with the keyring that the oldest products in use embed")
	f.StringVar(&s.licenseKey, "license-key", s.licenseKey, "`FILE` with the private key of the role license, with which the API signs licences and updates;\nwithout it, the API accepts only documents that the back office has signed")
	f.Var(&s.nextKeyrings, "next-keyring", "`FILE` with the next signed keyring, for products that do not have it yet;\nmay be repeated, in the order of the keyrings")
}

// config reads the files that the settings name.
func (s *settings) config(logger *slog.Logger) (c Config, err error) {
	c = Config{
		Listen: s.listen, AdminListen: s.adminListen, Database: s.database, Logger: logger,
		TLSCert: s.tlsCert, TLSKey: s.tlsKey,
	}
	if s.database == "" {
		return c, cli.Usagef("name the database with --database, such as latchkey.db")
	}
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return c, cli.Usagef("TLS needs both --tls-cert and --tls-key")
	}
	if c.TrustedProxies, err = parseNetworks(s.named("trusted-proxies", s.trustedProxies), s.trustedProxies); err != nil {
		return c, err
	}
	if err = s.checkCertificate(); err != nil {
		return c, err
	}
	if c.Keyring, err = s.readKeyring(); err != nil {
		return c, err
	}
	if err = s.readActivationKeys(&c); err != nil {
		return c, err
	}
	if s.licenseKey != "" {
		if c.License, err = s.readIssuer("license-key", s.licenseKey, license.RoleLicense, c.Keyring.Vendor()); err != nil {
			return c, err
		}
	}
	if s.catalogue != "" {
		if c.Catalogue, err = s.readCatalogue(); err != nil {
			return c, err
		}
	}
	if c.NextKeyrings, err = s.readFiles("next-keyring", s.nextKeyrings.values); err != nil {
		return c, err
	}
	c.AllowVoid = s.allowVoid
	c.Catalogues, err = s.readFiles("send-catalogue", s.catalogues.values)
	return c, err
}

// checkCertificate finds out whether the files of the certificate are there.
func (s *settings) checkCertificate() error {
	for flag, name := range map[string]string{"tls-cert": s.tlsCert, "tls-key": s.tlsKey} {
		if _, err := os.Stat(name); name != "" && err != nil {
			return unreadable(s.at(flag, name), err)
		}
	}
	return nil
}

// readActivationKeys reads the keys that sign replies, the newest first.
func (s *settings) readActivationKeys(c *Config) error {
	names := s.activationKeys.values
	if len(names) == 0 {
		names = []string{""}
	}
	for n, name := range names {
		i, err := s.readIssuer("activation-key", name, license.RoleActivation, c.Keyring.Vendor())
		switch {
		case err != nil:
			return err
		case n == 0:
			c.Activation = i
		default:
			c.OldActivation = append(c.OldActivation, i)
		}
	}
	return nil
}

func (s *settings) readFiles(flag string, names []string) (texts [][]byte, err error) {
	for _, name := range names {
		text, err := readFile(s.at(flag, name), name)
		if err != nil {
			return nil, err
		}
		texts = append(texts, text)
	}
	return texts, nil
}

// logger returns the logger of the settings.
func (s *settings) logger(t *tool) (*slog.Logger, error) {
	options := &slog.HandlerOptions{}
	var level slog.Level
	if err := level.UnmarshalText([]byte(s.logLevel)); err != nil {
		return nil, cli.Usagef("%s: use debug, info, warn or error", s.at("log-level", s.logLevel))
	}
	options.Level = level
	switch s.logFormat {
	case "text":
		return slog.New(slog.NewTextHandler(t.err, options)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(t.err, options)), nil
	}
	return nil, cli.Usagef("%s: use text or json", s.at("log-format", s.logFormat))
}

func (s *settings) timeout() (time.Duration, error) {
	d, err := time.ParseDuration(s.shutdownTimeout)
	if err != nil || d <= 0 {
		return 0, cli.Usagef("%s: write a duration such as 20s or 1m", s.at("shutdown-timeout", s.shutdownTimeout))
	}
	return d, nil
}

// parseNetworks reads networks and addresses with commas between them.
func parseNetworks(at, text string) (networks []netip.Prefix, err error) {
	for item := range strings.SplitSeq(text, ",") {
		if item = strings.TrimSpace(item); item == "" {
			continue
		}
		network, err := netip.ParsePrefix(item)
		if a, isAddr := netip.ParseAddr(item); isAddr == nil {
			network, err = netip.PrefixFrom(a, a.BitLen()), nil
		}
		if err != nil {
			return nil, cli.Usagef("%s: %q is not a network: write 10.0.0.0/8, or an address", at, item)
		}
		networks = append(networks, network.Masked())
	}
	return networks, nil
}

func (s *settings) readKeyring() (*license.Keyring, error) {
	if s.keyring == "" {
		return nil, cli.Usagef("%sname the keyring that products embed with --keyring FILE; \"server init\" makes one together with everything else that a first server needs, and \"latchkey keyring\" makes one from your keys", s.noSettings)
	}
	at := s.at("keyring", s.keyring)
	text, err := readFile(at, s.keyring)
	if err != nil {
		return nil, err
	}
	keys, err := license.ParseKeyring(string(text))
	return keys, cli.At(at, err)
}

// readCatalogue reads what is sold. Its folder is in messages here, and not in
// answers of the API.
func (s *settings) readCatalogue() (*catalogue.Catalogue, error) {
	text, err := readFile(s.at("catalogue", s.catalogue), s.catalogue)
	if err != nil {
		return nil, err
	}
	listed, err := catalogue.Parse(s.catalogue, text)
	if err != nil {
		return nil, err
	}
	listed.Name = filepath.Base(s.catalogue)
	return listed, nil
}

// readIssuer reads a private key that must have a role.
func (s *settings) readIssuer(flag, name string, role license.Role, vendor string) (*issuer.Issuer, error) {
	if name == "" {
		return nil, cli.Usagef("name the private key of the role %s with --%s FILE; \"latchkey keygen --role %s\" makes one", role, flag, role)
	}
	at := s.at(flag, name)
	key, err := readKey(name, s.credentials)
	switch {
	case errors.Is(err, issuer.ErrPermissions) && !isPublicKey(name):
		return nil, fmt.Errorf("%s: others than the owner can read this private key, so it may have been copied: run chmod 600 on it, and consider a new key", at)
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s: there is no such file: \"latchkey keygen --role %s\" makes one", at, role)
	case err != nil && isPublicKey(name):
		return nil, fmt.Errorf("%s: this is a public key, and only the private key can sign: name the file without .pub", at)
	case err != nil:
		return nil, fmt.Errorf("%s: %s", at, strings.TrimPrefix(err.Error(), "issuer: "))
	case key.Role() != role:
		return nil, fmt.Errorf("%s: this key has the role %s, and a key of the role %s is needed", at, key.Role(), role)
	}
	return issuer.New(vendor, role, key.Signer())
}

// isPublicKey reports whether a file has the public half of a key, as "latchkey
// keygen" writes it beside the private one.
func isPublicKey(name string) bool {
	text, err := readFile("", name)
	return err == nil && strings.HasPrefix(string(text), "latchkey public key ")
}

// readFile reads a file; at is how the caller has named it.
func readFile(at, name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, unreadable(at, err)
	}
	defer f.Close()
	text, err := cli.ReadAll(f, license.MaxDocument)
	return text, cli.At(at, err)
}
