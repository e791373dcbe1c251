package producttest_test

import (
	"testing"

	"github.com/latchkey-go/latchkey/examples/internal/clitest"
)

func TestMain(m *testing.M) { clitest.Main(m) }

func TestScripts(t *testing.T) {
	t.Parallel()
	clitest.Run(t, "testdata/script")
}
