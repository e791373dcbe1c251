package serverapp

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// lookAgain is how often the files of a certificate are looked at.
const lookAgain = time.Minute

// A certificate is read from its files, and again when they change, so that one
// that is renewed needs no restart.
type certificate struct {
	cert, key string
	log       *slog.Logger

	mu      sync.Mutex
	looked  time.Time
	changed [2]time.Time
	current *tls.Certificate
}

// tlsConfig returns how connections are secured, nil if they are not.
func tlsConfig(c Config) (*tls.Config, error) {
	if c.TLSCert == "" {
		return nil, nil
	}
	own := &certificate{cert: c.TLSCert, key: c.TLSKey, log: c.Logger}
	if err := own.load(); err != nil {
		return nil, err
	}
	own.looked = time.Now()
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: own.get}, nil
}

// load reads the files.
func (c *certificate) load() error {
	changed, err := c.times()
	if err != nil {
		return err
	}
	pair, err := tls.LoadX509KeyPair(c.cert, c.key)
	if err != nil {
		return fmt.Errorf("the certificate %s with the key %s: %w", c.cert, c.key, err)
	}
	c.current, c.changed = &pair, changed
	return nil
}

func (c *certificate) times() (times [2]time.Time, err error) {
	for i, name := range []string{c.cert, c.key} {
		info, err := os.Stat(name)
		if err != nil {
			return times, fmt.Errorf("the certificate: %w", err)
		}
		times[i] = info.ModTime()
	}
	return times, nil
}

// get returns the certificate for a connection. While new files cannot be read,
// as when one of them was replaced and the other not yet, the old one stays.
func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.looked) < lookAgain {
		return c.current, nil
	}
	c.looked = time.Now()
	if changed, err := c.times(); err == nil && changed == c.changed {
		return c.current, nil
	}
	if err := c.load(); err != nil {
		c.log.Warn("the new certificate cannot be read, and the old one stays in use", "error", err)
	} else {
		c.log.Info("the certificate was read again")
	}
	return c.current, nil
}
