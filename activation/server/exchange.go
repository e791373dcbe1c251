package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/latchkey-go/latchkey/license"
)

// An Answer is what goes back to an installation.
type Answer struct {
	Reply      []byte        // a signed license.Reply as a bare envelope, a yes or a no
	Status     int           // for HTTP: 200, or 429 where attempts were too many
	RetryAfter time.Duration // with 429; whole minutes
}

// Exchange answers a request, in either of a document's forms. From is where it
// comes from, for throttling; the zero address throttles by product alone.
//
// An error is no verdict. It wraps ErrUnreadable and a *license.Reason if this
// is no request that its sender has signed; any other says that the ledger or
// the signer could not do its part, and the same request may be sent again.
func (s *Server) Exchange(ctx context.Context, request []byte, from netip.Addr) (Answer, error) {
	r, err := license.OpenRequest(request)
	if err != nil {
		return Answer{}, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	v, err := s.visit(r)
	if err != nil {
		return Answer{}, err
	}
	out, err := s.answer(ctx, v, from)
	var answer Answer
	switch {
	case err != nil:
	case v.signing != nil:
		ahead := <-v.signing
		answer, err = ahead.answer, ahead.err
	default:
		answer, err = s.sign(ctx, v, out)
	}
	s.logExchange(ctx, r, out, err)
	return answer, err
}

// logExchange logs an operation, its outcome and the activation. Serial
// numbers, request keys, fingerprints and addresses are in no line.
func (s *Server) logExchange(ctx context.Context, r *license.Request, out outcome, err error) {
	operation := slog.String("operation", string(r.Operation))
	if err != nil {
		s.log.LogAttrs(ctx, slog.LevelError, "exchange failed", operation, slog.Any("error", err))
		return
	}
	s.log.LogAttrs(ctx, slog.LevelInfo, "exchange", operation,
		slog.String("code", string(out.code())), slog.String("activation", out.activation))
}

// answer decides on a request, unless there were too many that failed.
func (s *Server) answer(ctx context.Context, v *visit, from netip.Addr) (outcome, error) {
	if v.Vendor != s.vendor {
		return no(license.Reason{Code: license.OtherVendor, Has: v.Vendor, Needs: s.vendor}), nil
	}
	if v.signer == nil {
		s.log.LogAttrs(ctx, slog.LevelWarn, "the product has another keyring: nothing was used up; embed this server's keyring in it, or start the server with an activation key that it trusts",
			slog.String("product", v.Product), slog.Any("product_keys", v.Keys), slog.Any("server_keys", s.keys.ids()))
		return s.keys.mismatch(v.Request), nil
	}
	attempt, wait := s.throttle.begin(v, from)
	if wait > 0 {
		return busy(wait), nil
	}
	out, err := s.settle(ctx, v)
	attempt.end(v.now, err == nil && (out.code() == license.SerialUnknown || out.code() == license.RequestNotAccepted || v.RequestKey != "" && out.code() == license.BindingWeak))
	return out, err
}

// busy is the answer to one who has to wait.
func busy(wait time.Duration) outcome {
	minutes := int64((wait + time.Minute - 1) / time.Minute)
	return no(license.Reason{Code: license.ServerBusy, N: minutes})
}

// errRefused has a ledger forget what was marked: a no without a receipt
// changes nothing.
var errRefused = errors.New("server: refused")

// settle decides on a request and stores what follows from it. What asks for
// a machine's place needs a Change anyway; the rest most often changes nothing.
func (s *Server) settle(ctx context.Context, v *visit) (out outcome, err error) {
	if !v.wellFormed() {
		return no(license.Reason{Code: license.RequestNotAccepted}), nil
	}
	if v.Operation == license.OpMove && v.proof == nil {
		return no(license.Reason{Code: license.ProofWrong}), nil
	}
	if v.Operation != license.OpActivate && v.Operation != license.OpMove {
		changes := false
		err = s.ledger.Look(ctx, v.at(), func(a *Account) error {
			out = v.decide(a)
			changes = a.marked()
			return nil
		})
		if err != nil || !changes {
			return out, s.trouble(err)
		}
	}
	err = s.ledger.Change(ctx, v.at(), func(a *Account) error {
		out = v.decide(a)
		if v.signing = nil; out.refused() {
			return errRefused
		}
		v.signing = s.signAhead(ctx, v, out)
		return nil
	})
	if errors.Is(err, errRefused) {
		err = nil
	}
	return out, s.trouble(err)
}

// A signed answer is one that was made before its outcome was stored.
type signed struct {
	answer Answer
	err    error
}

// signAhead signs an outcome while the ledger waits for its disk. Nobody gets
// what was signed unless the ledger says that it is stored; of an edit that ran
// again, only the last outcome counts.
func (s *Server) signAhead(ctx context.Context, v *visit, out outcome) <-chan signed {
	result := make(chan signed, 1)
	go func() {
		answer, err := s.sign(ctx, v, out)
		result <- signed{answer, err}
	}()
	return result
}

// trouble returns the error of a ledger.
func (s *Server) trouble(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("server: the ledger: %w", err)
}

// sign puts the server's name under an outcome. A key that lies in a device that
// hangs holds nobody longer than ctx lasts.
func (s *Server) sign(ctx context.Context, v *visit, out outcome) (Answer, error) {
	r := out.reply
	r.Product, r.Installation, r.Nonce, r.Request, r.Time = v.Product, v.Installation, v.Nonce, v.Digest, v.now
	signer := v.signer
	if signer == nil {
		signer = s.keys.signers[0]
	}
	if out.receipt != nil {
		receipt, err := s.signReceipt(ctx, signer, v, out.receipt)
		if err != nil {
			return Answer{}, fmt.Errorf("server: the receipt: %w", err)
		}
		r.Receipt = string(receipt)
	}
	reply, err := signer.issuer.DraftReply(&r)
	if err == nil {
		err = signer.sign(ctx, reply)
	}
	if err != nil {
		return Answer{}, fmt.Errorf("server: the reply: %w", err)
	}
	answer := Answer{Reply: reply.Bare(), Status: http.StatusOK}
	if r.Code == license.ServerBusy {
		answer.Status, answer.RetryAfter = http.StatusTooManyRequests, time.Duration(r.N)*time.Minute
	}
	return answer, nil
}

// signReceipt signs a receipt, so that it counts under the client's keyring, and
// under the newest one if the client is about to follow that.
func (s *Server) signReceipt(ctx context.Context, present *signer, v *visit, r *license.Receipt) ([]byte, error) {
	signers := []*signer{present}
	if newest := s.keys.signers[0]; newest != present && len(v.keyrings) > 0 {
		signers = []*signer{newest, present}
	}
	var text []byte
	for _, signer := range signers {
		draft, err := signer.issuer.DraftReceipt(r)
		if err == nil {
			err = signer.sign(ctx, draft)
		}
		if err != nil {
			return nil, err
		}
		if text == nil {
			text = draft.Armor()
			continue
		}
		if text, _, err = license.MergeSignatures(text, draft.Armor()); err != nil {
			return nil, err
		}
	}
	return text, nil
}
