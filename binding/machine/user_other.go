//go:build !unix && !windows

package machine

import "errors"

// currentUser is not supported: there is no account to tell.
func currentUser() (string, error) { return "", errors.ErrUnsupported }
