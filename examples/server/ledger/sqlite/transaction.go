package sqlite

import (
	"context"
	"fmt"
	"time"

	"zombiezen.com/go/sqlite"

	"github.com/latchkey-go/latchkey/examples/server/ledger"
)

// immediately runs do in a transaction that has the right to write from its
// beginning, so that nothing in it can fail because another process wrote.
func immediately(ctx context.Context, conn *sqlite.Conn, do func() error) error {
	if err := patiently(ctx, ask(conn, "BEGIN IMMEDIATE").run); err != nil {
		return err
	}
	defer rollback(conn)
	if err := do(); err != nil {
		return err
	}
	return commit(conn)
}

// commit ends a transaction. One that fails may have reached the disk in part,
// and what the disk makes of that when the machine stops now is not known.
func commit(conn *sqlite.Conn) error {
	if err := ask(conn, "COMMIT").run(); err != nil {
		return fmt.Errorf("%w: %w", ledger.ErrUnknown, err)
	}
	return nil
}

// rollback ends a transaction if one is open.
func rollback(conn *sqlite.Conn) {
	if !conn.AutocommitEnabled() {
		_ = ask(conn, "ROLLBACK").run()
	}
}

// snapshot runs do in a transaction that reads one state of the file, whatever
// is written meanwhile.
func snapshot(conn *sqlite.Conn, do func() error) error {
	if err := ask(conn, "BEGIN").run(); err != nil {
		return err
	}
	defer rollback(conn)
	return do()
}

// patiently tries again while another process has the file, for as long as the
// context lasts, at most a minute.
func patiently(ctx context.Context, do func() error) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		err := do()
		if sqlite.ErrCode(err).ToPrimary() != sqlite.ResultBusy {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(5 * time.Millisecond):
		}
	}
}
