package postgres

import (
	"context"
	"embed"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/latchkey-go/latchkey/examples/server/ledger"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrating is the advisory lock of whoever changes the tables.
const migrating = 0x6c61746368 // "latch"

// session has what is set for every connection.
//
// Every statement of this package finds few rows by an index, in the order of
// the index, whatever the tables hold. The planner does not know that while they
// are small or their statistics old; so it is told, and plans each statement
// once: to plan one takes longer than to carry it out. A process that was cut
// off from the server must not hold its locks for long.
const session = `SELECT
	set_config('enable_seqscan', 'off', false),
	set_config('enable_bitmapscan', 'off', false),
	set_config('enable_hashjoin', 'off', false),
	set_config('enable_mergejoin', 'off', false),
	set_config('jit', 'off', false),
	set_config('plan_cache_mode', 'force_generic_plan', false),
	set_config('default_transaction_isolation', 'read committed', false),
	set_config('idle_in_transaction_session_timeout', '30s', false),
	CASE WHEN current_setting('synchronous_commit') = 'off' THEN set_config('synchronous_commit', 'on', false) END`

// connect opens connections to the database.
func connect(ctx context.Context, url string) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	config.MaxConns = max(config.MaxConns, workers+readers)
	config.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, session)
		return err
	}
	return pgxpool.NewWithConfig(ctx, config)
}

// migrate brings the tables up to date and returns the secret of the database.
func migrate(ctx context.Context, pool *pgxpool.Pool) (secret []byte, err error) {
	steps, err := ledger.Migrations(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	err = pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", int64(migrating)); err != nil {
			return err
		}
		if err := apply(ctx, tx, steps); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "INSERT INTO settings (name, value) VALUES ('secret', $1) ON CONFLICT DO NOTHING", ledger.NewSecret()); err != nil {
			return err
		}
		return tx.QueryRow(ctx, "SELECT value FROM settings WHERE name = 'secret'").Scan(&secret)
	})
	if err == nil && len(secret) != ledger.SecretSize {
		err = errors.New("postgres: the secret in the database is damaged")
	}
	return secret, err
}

// apply does the steps that are missing.
func apply(ctx context.Context, tx pgx.Tx, steps []ledger.Migration) error {
	const table = `CREATE TABLE IF NOT EXISTS migrations (
		number bigint PRIMARY KEY, name text NOT NULL, applied timestamptz NOT NULL DEFAULT now())`
	if _, err := tx.Exec(ctx, table); err != nil {
		return err
	}
	have, name := int64(0), ""
	last := tx.QueryRow(ctx, "SELECT number, name FROM migrations ORDER BY number DESC LIMIT 1")
	if err := last.Scan(&have, &name); err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return err
	}
	pending, err := ledger.Pending(steps, have, name)
	if err != nil {
		return err
	}
	for _, s := range pending {
		// Without arguments, a text of several statements may be sent.
		if _, err := tx.Exec(ctx, s.SQL, pgx.QueryExecModeSimpleProtocol); err != nil {
			return fmt.Errorf("postgres: migration %d: %w", s.Number, err)
		}
		if _, err := tx.Exec(ctx, "INSERT INTO migrations (number, name) VALUES ($1, $2)", s.Number, s.Name); err != nil {
			return err
		}
	}
	return nil
}
