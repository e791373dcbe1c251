//go:build unix

package machine

import (
	"os"
	"strconv"
)

// currentUser is the user's id. The same number is another user on another
// machine, so a scheme names "machine" beside it.
func currentUser() (string, error) { return "uid:" + strconv.Itoa(os.Getuid()), nil }
