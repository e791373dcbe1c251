package serverapp

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/latchkey-go/latchkey/examples/internal/cli"
	"github.com/latchkey-go/latchkey/examples/server/store"
)

func tokenCommand(t *tool) cli.Command {
	return cli.Command{
		Name: "token", Args: "add NAME | list | revoke NAME", Summary: "Make, list or revoke the bearer tokens of the API.",
		Help: `  server token add orders --role desk
  server token list
  server token revoke orders

A new token is printed once; the database stores its hash. Give each person and each
program a token of their own, because the history of a sale records the token's name.
The role read may see everything, serial numbers too; the role desk may also change
it. A running server accepts a new token, and refuses a revoked one, at once.`,
		Setup: func(f *flag.FlagSet) func([]string) error {
			role := f.String("role", "", "`ROLE` of a new token: desk or read")
			return func(args []string) error {
				switch {
				case len(args) == 2 && args[0] == "add":
					if r := store.Role(*role); r != store.Desk && r != store.Read {
						return cli.Usagef("choose the role with --role desk or --role read")
					}
					return t.withStore(func(ctx context.Context, s *store.Store) error { return t.addToken(ctx, s, args[1], store.Role(*role)) })
				case len(args) == 1 && args[0] == "list":
					return t.withStore(t.listTokens)
				case len(args) == 2 && args[0] == "revoke":
					return t.withStore(func(ctx context.Context, s *store.Store) error { return t.revokeToken(ctx, s, args[1]) })
				}
				return cli.Usagef("say what to do: token add NAME --role desk, token list, or token revoke NAME")
			}
		},
	}
}

// withStore runs do on the database, whose tables may not have been made yet.
func (t *tool) withStore(do func(context.Context, *store.Store) error) error {
	ctx := context.Background()
	d, err := openDatabase(ctx, t.settings.database, nil)
	if err != nil {
		return err
	}
	return errors.Join(do(ctx, d.store), d.Close())
}

func (t *tool) addToken(ctx context.Context, s *store.Store, name string, role store.Role) error {
	text, err := s.AddToken(ctx, name, role, t.now())
	if errors.Is(err, store.ErrExists) {
		return fmt.Errorf("there is or was a token named %s: a name cannot be used again, because the history records it", name)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(t.err, "This is the token of %s (%s). It is shown only once:\n", name, role)
	_, err = fmt.Fprintln(t.out, text)
	return err
}

func (t *tool) listTokens(ctx context.Context, s *store.Store) error {
	tokens, err := s.Tokens(ctx)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tROLE\tMADE\tREVOKED")
	for _, k := range tokens {
		revoked := ""
		if !k.Revoked.IsZero() {
			revoked = k.Revoked.Format(time.DateOnly)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", k.Name, k.Role, k.Created.Format(time.DateOnly), revoked)
	}
	return w.Flush()
}

func (t *tool) revokeToken(ctx context.Context, s *store.Store, name string) error {
	err := s.RevokeToken(ctx, name, t.now())
	if errors.Is(err, store.ErrUnknown) {
		return fmt.Errorf("there is no valid token named %s: see \"server token list\"", name)
	}
	if err == nil {
		_, err = fmt.Fprintf(t.out, "The token of %s is revoked.\n", name)
	}
	return err
}
