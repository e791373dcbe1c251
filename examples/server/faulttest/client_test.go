package faulttest_test

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/activation/activationtest"
	"github.com/latchkey-go/latchkey/license"
)

const (
	runBlock = 8 // runs that a client reserves ahead
	maxRuns  = 3 // that it uses at once
	allRuns  = 1 << 30
)

// A clientConfig is what a child that is a client is told: where it lives, the
// machine that it is on, and what was sold to it.
type clientConfig struct {
	Server, Dir, Machine, Typed string
	Seed                        uint64
}

// options are the same in every life of a client.
func (c clientConfig) options() (activation.Options, error) {
	v, err := newVendor()
	if err != nil {
		return activation.Options{}, err
	}
	return activation.Options{
		Product: productName, Version: "4.2.0", Released: time.Now().AddDate(0, -1, 0), Keyring: v.keyring.String(),
		Host: activationtest.NewMachine(productName, c.Machine), Server: c.Server,
		Dir: c.Dir + "/state", WitnessDir: c.Dir + "/witness", RunBlock: runBlock,
	}, nil
}

// clientChild is the child that is a client. It says what it tries, and what it
// was told of it, until it is killed; it returns if anything is told that should
// not be.
func clientChild(text string) error {
	var config clientConfig
	if err := json.Unmarshal([]byte(text), &config); err != nil {
		return err
	}
	l := &life{clientConfig: config, rng: source(config.Seed, 0)}
	if err := l.open(); err != nil {
		return err
	}
	for {
		if err := l.one(context.Background()); err != nil {
			return err
		}
	}
}

// A life is what a client does between its start and its end.
type life struct {
	clientConfig
	rng    *rand.Rand
	client *activation.Client
}

// open opens the client, and says what it finds there.
func (l *life) open() error {
	o, err := l.options()
	if err != nil {
		return err
	}
	if l.client, err = activation.Open(o); err != nil {
		return err
	}
	// A process that was killed is not somebody who puts old state back.
	for _, r := range l.client.Status().Reasons {
		if r.Code != license.DeactivationPending && r.Code != license.ActivationRequired && r.Code != license.NoLicense {
			return &r
		}
	}
	id, used := found(l.client)
	say("opened", id, strconv.FormatInt(used, 10))
	return nil
}

// found returns the id of what a client has activated, "-" for nothing, and how
// many runs it counts as used there.
func found(c *activation.Client) (id string, used int64) {
	s := c.Status()
	if len(s.Licenses) == 0 || s.Licenses[0].Activation == nil || s.State != license.StateActive {
		return "-", 0
	}
	return s.Licenses[0].Activation.ID, allRuns - c.Decision("print").Left
}

// one does one thing.
func (l *life) one(ctx context.Context) error {
	switch p := l.rng.IntN(100); {
	case p < 25:
		return l.enter(ctx)
	case p < 45:
		return l.check(ctx)
	case p < 85:
		return l.consume()
	case p < 95:
		return l.deactivate(ctx)
	default:
		say("try close")
		if err := l.client.Close(); err != nil {
			return err
		}
		return l.open()
	}
}

func (l *life) enter(ctx context.Context) error {
	say("try enter")
	if _, err := l.client.Enter(ctx, l.Typed); err != nil {
		return err
	}
	id, _ := found(l.client)
	say("active", id)
	return nil
}

func (l *life) check(ctx context.Context) error {
	say("try check")
	_, err := l.client.CheckOnline(ctx)
	if notActivated(err) {
		err = nil
	}
	return err
}

func (l *life) consume() error {
	n := 1 + l.rng.Int64N(maxRuns)
	say("try consume")
	err := l.client.Consume("print", n)
	var refused *activation.RefusedError
	if id, _ := found(l.client); id == "-" && errors.As(err, &refused) {
		return nil
	}
	if err == nil {
		say("runs", strconv.FormatInt(n, 10))
	}
	return err
}

func (l *life) deactivate(ctx context.Context) error {
	say("try deactivate")
	_, err := l.client.Deactivate(ctx, "")
	if notActivated(err) {
		return nil
	}
	if err == nil {
		say("inactive")
	}
	return err
}

// notActivated reports whether an error says that nothing is activated here.
func notActivated(err error) bool {
	return errors.Is(err, license.ActivationRequired) || errors.Is(err, license.NoLicense)
}
