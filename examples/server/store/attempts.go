package store

import (
	"context"
	"fmt"
	"time"
)

// An Attempt is a request that may be repeated, with the keys that were drawn
// for it the first time.
type Attempt struct {
	ID     string // of who asks and the name that they gave the request
	Digest string // of what was asked for
	Keys   string // as the caller writes them
}

// AttemptLife is how long an attempt is kept. Nobody repeats a request later
// because its answer was lost, and the keys in it are worth something.
const AttemptLife = 90 * 24 * time.Hour

// Attempt keeps an attempt, unless there is one with its id; it returns the one
// that is kept. Those that are older than AttemptLife are removed.
func (s *Store) Attempt(ctx context.Context, a Attempt, now time.Time) (Attempt, error) {
	if _, err := s.changed(ctx, "DELETE FROM api_attempts WHERE created < ?", now.Add(-AttemptLife).Unix()); err != nil {
		return Attempt{}, err
	}
	_, err := s.changed(ctx, "INSERT INTO api_attempts (id, digest, keys, created) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
		a.ID, a.Digest, a.Keys, now.Unix())
	if err != nil {
		return Attempt{}, err
	}
	kept := Attempt{ID: a.ID}
	err = s.db.QueryRowContext(ctx, s.q("SELECT digest, keys FROM api_attempts WHERE id = ?"), a.ID).Scan(&kept.Digest, &kept.Keys)
	if err != nil {
		return Attempt{}, fmt.Errorf("store: %w", err)
	}
	return kept, nil
}
