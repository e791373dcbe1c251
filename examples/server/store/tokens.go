package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/latchkey-go/latchkey/license"
)

// A Role is what the bearer of a token may do.
type Role string

// The roles.
const (
	Read Role = "read" // see sales and their history
	Desk Role = "desk" // see and change them
)

// Allows reports whether the role has all rights of another one.
func (r Role) Allows(needed Role) bool { return r == needed || r == Desk && needed == Read }

// A Token is what is kept of a bearer token: not the token itself.
type Token struct {
	Name             string // of who has it; the history of sales knows them by it
	Role             Role
	Created, Revoked time.Time // Revoked is zero while it counts
}

const (
	// tokenPrefix lets people and scanners of source code tell a token by sight.
	tokenPrefix = "latchkey_"
	tokenSize   = 32
)

// AddToken makes a token and returns its text, which is kept nowhere. Names are
// identifiers and never used again, since the history of sales has them.
func (s *Store) AddToken(ctx context.Context, name string, role Role, now time.Time) (text string, err error) {
	if !license.IsID(name) {
		return "", fmt.Errorf("store: %q is no name of a token: it has letters, digits and . _ - only", name)
	}
	if role != Read && role != Desk {
		return "", fmt.Errorf("store: %q is no role: it is desk or read", string(role))
	}
	b := make([]byte, tokenSize)
	_, _ = rand.Read(b) // never fails
	text = tokenPrefix + base64.RawURLEncoding.EncodeToString(b)
	n, err := s.changed(ctx, "INSERT INTO api_tokens (name, role, hash, created, revoked) VALUES (?, ?, ?, ?, 0) ON CONFLICT DO NOTHING",
		name, string(role), hashOf(text), now.Unix())
	if err == nil && n == 0 {
		err = ErrExists
	}
	if err != nil {
		return "", err
	}
	return text, nil
}

// FindToken returns what is known of a token that counts, by its text. How long
// the search takes tells something of the hash and so nothing of the token.
func (s *Store) FindToken(ctx context.Context, text string) (Token, error) {
	if !strings.HasPrefix(text, tokenPrefix) {
		return Token{}, ErrUnknown
	}
	hash := hashOf(text)
	rows, err := s.tokens(ctx, "WHERE hash = ? AND revoked = 0", hash)
	if err != nil {
		return Token{}, err
	}
	if len(rows) != 1 || subtle.ConstantTimeCompare([]byte(rows[0].hash), []byte(hash)) != 1 {
		return Token{}, ErrUnknown
	}
	return rows[0].Token, nil
}

// Tokens returns all tokens in the order of their names, revoked ones too.
func (s *Store) Tokens(ctx context.Context) ([]Token, error) {
	rows, err := s.tokens(ctx, "ORDER BY name")
	list := make([]Token, len(rows))
	for i, r := range rows {
		list[i] = r.Token
	}
	return list, err
}

// RevokeToken has a token count no more, from now on and for ever.
func (s *Store) RevokeToken(ctx context.Context, name string, now time.Time) error {
	n, err := s.changed(ctx, "UPDATE api_tokens SET revoked = ? WHERE name = ? AND revoked = 0", now.Unix(), name)
	if err == nil && n == 0 {
		return ErrUnknown
	}
	return err
}

type tokenRow struct {
	Token
	hash string
}

func (s *Store) tokens(ctx context.Context, which string, args ...any) (list []tokenRow, err error) {
	rows, err := s.db.QueryContext(ctx, s.q("SELECT name, role, hash, created, revoked FROM api_tokens "+which), args...)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		r, err := scanToken(rows)
		if err != nil {
			return nil, fmt.Errorf("store: %w", err)
		}
		list = append(list, r)
	}
	return list, rows.Err()
}

func scanToken(rows *sql.Rows) (r tokenRow, err error) {
	var created, revoked int64
	err = rows.Scan(&r.Name, &r.Role, &r.hash, &created, &revoked)
	r.Created = time.Unix(created, 0).UTC()
	if revoked != 0 {
		r.Revoked = time.Unix(revoked, 0).UTC()
	}
	return r, err
}

// hashOf returns what is kept of a token. It holds 256 random bits, so nothing
// slower than SHA-256 is needed.
func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
