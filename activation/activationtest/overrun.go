package activationtest

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/license"
	"github.com/latchkey-go/latchkey/license/issuer"
)

// What Overrun sells and who comes for it.
const (
	OverrunSerials = 100 // serial numbers
	OverrunLimit   = 5   // machines that may activate each
	OverrunClients = 16  // machines that try to, at the same time
)

// Overrun sells serial numbers and has more machines activate each than may, all
// at the same time: OverrunSerials times OverrunLimit must be granted, no more
// and no fewer, and every other request be refused with ActivationLimit. With
// several ledgers, which are to be several connections to one database, the
// machines spread over a server for each. The database is empty before.
//
// The error says what went wrong, nil that nothing did.
func Overrun(ctx context.Context, ledgers ...server.Ledger) error {
	if len(ledgers) == 0 {
		return errors.New("activationtest: Overrun needs a ledger")
	}
	v, err := newOverrun(ledgers)
	if err != nil {
		return err
	}
	if err := v.sell(ctx); err != nil {
		return err
	}
	replies, err := v.rush(ctx)
	if err != nil {
		return err
	}
	for i := range OverrunSerials {
		if err := v.count(ctx, i, replies[i*OverrunClients:(i+1)*OverrunClients]); err != nil {
			return err
		}
	}
	return nil
}

type overrun struct {
	keyring *license.Keyring
	back    *issuer.Issuer
	ledger  server.Ledger
	servers []*server.Server
}

func newOverrun(ledgers []server.Ledger) (*overrun, error) {
	back, err := overrunIssuer(license.RoleLicense, 'L')
	if err != nil {
		return nil, err
	}
	signer, err := overrunIssuer(license.RoleActivation, 'A')
	if err != nil {
		return nil, err
	}
	end := license.DateOf(born.AddDate(5, 0, 0))
	v := &overrun{back: back, ledger: ledgers[0]}
	v.keyring, err = license.NewKeyring("acme", 1, 0, []license.Key{
		{Public: back.Public(), Role: license.RoleLicense, End: end},
		{Public: signer.Public(), Role: license.RoleActivation, End: end},
	})
	if err != nil {
		return nil, err
	}
	for _, l := range ledgers {
		s, err := server.New(server.Options{Issuer: signer, Keyring: v.keyring, Ledger: l, Now: func() time.Time { return born }})
		if err != nil {
			return nil, err
		}
		v.servers = append(v.servers, s)
	}
	return v, nil
}

func overrunIssuer(role license.Role, seed byte) (*issuer.Issuer, error) {
	key, err := issuer.Generate(role, bytes.NewReader(bytes.Repeat([]byte{seed}, ed25519.SeedSize)))
	if err != nil {
		return nil, err
	}
	return issuer.New("acme", role, key.Signer())
}

func overrunSerial(i int) license.Serial { return license.Serial(fmt.Sprintf("S-%04d", i)) }

func (v *overrun) sell(ctx context.Context) error {
	sales := make([]*server.Sale, OverrunSerials)
	for i := range sales {
		text, err := v.back.License(&license.License{
			ID: fmt.Sprint("L-", i), Serial: overrunSerial(i), Kind: license.Full, Issued: born, NeedsReceipt: true,
			Products: []license.Product{{ID: "acme-cad", Features: []license.Feature{{ID: "draw"}}}},
		})
		if err != nil {
			return err
		}
		sales[i] = &server.Sale{Serial: overrunSerial(i), Limit: OverrunLimit, License: text}
	}
	return v.servers[0].Sell(ctx, "overrun", sales...)
}

// rush has every machine ask at once. The replies stand in the order of the
// serial numbers.
func (v *overrun) rush(ctx context.Context) ([]*license.Reply, error) {
	const n = OverrunSerials * OverrunClients
	replies, errs := make([]*license.Reply, n), make([]error, n)
	requests := make([][]byte, n)
	for i := range requests {
		text, err := overrunRequest(i)
		if err != nil {
			return nil, err
		}
		requests[i] = text
	}
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range requests {
		wg.Go(func() {
			<-start
			replies[i], errs[i] = v.ask(ctx, v.servers[i%len(v.servers)], requests[i])
		})
	}
	close(start)
	wg.Wait()
	return replies, errors.Join(errs...)
}

// overrunRequest is what the nth machine asks.
func overrunRequest(n int) ([]byte, error) {
	seed := make([]byte, ed25519.SeedSize)
	binary.BigEndian.PutUint32(seed, uint32(n)+1)
	r := &license.Request{
		Vendor: "acme", Product: "acme-cad", Operation: license.OpActivate, Serial: overrunSerial(n / OverrunClients),
		Nonce: seed[:license.NonceSize], Next: seed[:license.LinkSize],
	}
	return r.Sign(ed25519.NewKeyFromSeed(seed))
}

func (v *overrun) ask(ctx context.Context, s *server.Server, request []byte) (*license.Reply, error) {
	answer, err := s.Exchange(ctx, request, netip.Addr{})
	if err != nil {
		return nil, err
	}
	return license.OpenReply(answer.Reply, v.keyring)
}

// count holds the replies about one serial number, and what the ledger has of
// it, against what was sold.
func (v *overrun) count(ctx context.Context, i int, replies []*license.Reply) error {
	granted := map[string]bool{}
	for _, r := range replies {
		if r.Code == license.ActivationLimit {
			continue
		}
		if r.Code != "" {
			return fmt.Errorf("activationtest: serial number %d: a request was refused with %q", i, r.Code)
		}
		receipt, err := license.OpenReceipt([]byte(r.Receipt), v.keyring)
		if err != nil {
			return fmt.Errorf("activationtest: serial number %d: %w", i, err)
		}
		if granted[receipt.ID] {
			return fmt.Errorf("activationtest: serial number %d: two machines share the activation %s", i, receipt.ID)
		}
		granted[receipt.ID] = true
	}
	if len(granted) != OverrunLimit {
		return fmt.Errorf("activationtest: serial number %d: %d of %d machines were granted what was sold for %d", i, len(granted), len(replies), OverrunLimit)
	}
	kept, err := v.ledger.Activations(ctx, overrunSerial(i), "", OverrunClients+1)
	if err != nil {
		return err
	}
	for _, a := range kept {
		if !granted[a.ID] || !a.Active {
			return fmt.Errorf("activationtest: serial number %d: the ledger has the activation %s, which nobody was granted", i, a.ID)
		}
	}
	var used int64
	err = v.ledger.Look(ctx, server.Key{Serial: overrunSerial(i)}, func(a *server.Account) error {
		used = a.Sale.Used
		return nil
	})
	if err != nil {
		return err
	}
	if len(kept) != OverrunLimit || used != OverrunLimit {
		return fmt.Errorf("activationtest: serial number %d: the ledger has %d activations and a count of %d, and %d were granted", i, len(kept), used, OverrunLimit)
	}
	return nil
}
