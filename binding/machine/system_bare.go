//go:build !linux && !windows

package machine

import "errors"

// nothingKnown is for systems that do not say what they are.
func nothingKnown() (string, error) { return "", errors.ErrUnsupported }
