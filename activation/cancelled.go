package activation

import (
	"context"
	"errors"

	"github.com/latchkey-go/latchkey/license"
)

// cancelled returns why the server is not asked any more where ctx has ended, nil
// where it has not.
func cancelled(ctx context.Context) error {
	err := ctx.Err()
	if err == nil {
		return nil
	}
	return &license.Reason{Code: license.CallCancelled, Err: &license.Reason{
		Code: license.ServerUnreachable, Detail: "the call was cancelled", Err: errors.Join(ErrNotSent, err),
	}}
}

// unsent returns an error of making a request: one of a cancelled call is an
// *UnreachableError.
func (c *Client) unsent(err error) error {
	if errors.Is(err, license.CallCancelled) {
		return c.unreachable(err)
	}
	return err
}

// outcome returns what a call of the Client returns. Beside an error after which
// nothing has changed, the change has the state that holds and nothing else.
func (c *Client) outcome(change Change, err error) (Change, error) {
	if err != nil && !change.Changed && !change.Available {
		state := c.current().result.State()
		return Change{Before: state, After: state}, err
	}
	return change, err
}
