package modproxy_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/examples/internal/modproxy"
)

const program = `package main

import (
	"fmt"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/license/issuer"
)

func main() {
	_, err := activation.Open(activation.Options{})
	fmt.Println(err != nil, issuer.Generate != nil)
}
`

// TestVendored holds that a program which keeps copies of its modules in its own
// folder, by "go mod vendor", builds and runs with them alone, and that the
// commands of the examples do.
func TestVendored(t *testing.T) {
	t.Parallel()
	proxy, home := t.TempDir(), t.TempDir()
	version, err := modproxy.Pack(repo, proxy)
	require.NoError(t, err)
	env, err := modproxy.Environment(proxy, home)
	require.NoError(t, err)
	run := func(dir string, args ...string) string {
		c := exec.Command("go", args...)
		c.Dir, c.Env = dir, env
		out, err := c.CombinedOutput()
		require.NoError(t, err, "go %v: %s", args, out)
		return string(out)
	}

	own := filepath.Join(home, "program")
	require.NoError(t, os.Mkdir(own, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(own, "main.go"), []byte(program), 0o644))
	run(own, "mod", "init", "acme.example/program")
	run(own, "mod", "tidy")
	run(own, "mod", "vendor")
	require.Equal(t, "true true\n", run(own, "run", "-mod=vendor", "."))

	run(own, "mod", "download", modproxy.Examples+"@"+version)
	examples := filepath.Join(home, "examples")
	require.NoError(t, os.CopyFS(examples, os.DirFS(filepath.Join(home, "modules", filepath.FromSlash(modproxy.Examples)+"@"+version))))
	run(examples, "mod", "tidy") // the library's hash is known once it is released
	run(examples, "mod", "vendor")
	require.Contains(t, run(examples, "run", "-mod=vendor", "./latchkey", "help"), "latchkey COMMAND")
}
