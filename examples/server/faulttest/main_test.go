package faulttest_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	childRole   = "LATCHKEY_FAULTTEST_CHILD"  // has the test binary be a server or a client
	childConfig = "LATCHKEY_FAULTTEST_CONFIG" // of it, in JSON
	seedSetting = "LATCHKEY_FAULTTEST_SEED"
)

func TestMain(m *testing.M) {
	role := os.Getenv(childRole)
	if role == "" {
		os.Exit(m.Run())
	}
	go func() { // the parent holds the other end for as long as it lives
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(3)
	}()
	var err error
	switch role {
	case "server":
		err = serveChild(os.Getenv(childConfig))
	case "client":
		err = clientChild(os.Getenv(childConfig))
	default:
		err = fmt.Errorf("there is no role %q", role)
	}
	say("failed", fmt.Sprintf("%v", err))
	os.Exit(1)
}

// say tells the parent something, at once: a line that was said is heard even
// if the process is killed after it.
func say(words ...string) {
	line := words[0]
	for _, w := range words[1:] {
		line += " " + w
	}
	_, _ = os.Stdout.WriteString(line + "\n")
}

// A child is a process of the test binary.
type child struct {
	cmd   *exec.Cmd
	hold  io.Closer // its standard input
	lines *bufio.Scanner
}

// start starts a child.
func start(role string, config any) (*child, error) {
	text, err := json.Marshal(config)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childRole+"="+role, childConfig+"="+string(text))
	cmd.Stderr = os.Stderr
	hold, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	return &child{cmd: cmd, hold: hold, lines: bufio.NewScanner(out)}, cmd.Start()
}

// line returns the next line, false if there are no more.
func (c *child) line() (string, bool) {
	ok := c.lines.Scan()
	return c.lines.Text(), ok
}

// signal kills the child where it stands.
func (c *child) signal() error { return c.cmd.Process.Kill() }

// wait waits until the child is gone. What it has said is read before.
func (c *child) wait() {
	_ = c.cmd.Wait()
	_ = c.hold.Close()
}

// kill kills the child and waits until it is gone.
func (c *child) kill() {
	_ = c.signal()
	c.wait()
}

// seeded returns the seed of a test and a source from it.
func seeded(t testing.TB) (uint64, *rand.Rand) {
	t.Helper()
	seed := rand.Uint64()
	if text := os.Getenv(seedSetting); text != "" {
		var err error
		seed, err = strconv.ParseUint(text, 10, 64)
		require.NoError(t, err)
	}
	t.Logf("%s=%d", seedSetting, seed)
	return seed, source(seed, 0)
}

// source returns one of a seed's sources.
func source(seed uint64, n int) *rand.Rand { return rand.New(rand.NewPCG(seed, uint64(n))) }
