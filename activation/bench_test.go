package activation_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/activation"
	"github.com/latchkey-go/latchkey/license"
)

// BenchmarkConsume uses runs within a reserved block; BenchmarkConsume/block
// reserves one each time, which is what a write costs.
func BenchmarkConsume(b *testing.B) {
	for name, block := range map[string]int64{"reserved": 1 << 38, "block": 1} {
		b.Run(name, func(b *testing.B) {
			v := newVendor(b)
			o, _ := v.options(b)
			o.Now, o.RunBlock = time.Now, block
			c := open(b, o)
			mustImport(b, c, v.sell(b, func(l *license.License) {
				l.Products[0].Features = []license.Feature{{ID: "print", Runs: license.MaxCount}}
			}))
			require.NoError(b, c.Consume("print", 1))
			b.ReportAllocs()
			for b.Loop() {
				if err := c.Consume("print", 1); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

var allowed bool

func BenchmarkClientAllows(b *testing.B) {
	for _, n := range []int{10, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			v := newVendor(b)
			o, _ := v.options(b)
			for i := 0; i < n; i += 500 { // no document holds ten thousand
				o.Documents = append(o.Documents, v.sell(b, func(l *license.License) {
					l.ID, l.Serial = fmt.Sprint("L-", i), license.Serial(fmt.Sprint("SERIAL-", i))
					l.Products[0].Features = nil
					for k := i; k < min(i+500, n); k++ {
						l.Products[0].Features = append(l.Products[0].Features, license.Feature{ID: fmt.Sprintf("feature-%05d", k)})
					}
				}))
			}
			c := open(b, o)
			name := fmt.Sprintf("feature-%05d", n/2)
			require.True(b, c.Allows(name))
			require.Len(b, c.Status().Features, n)
			b.ReportAllocs()
			for b.Loop() {
				allowed = c.Allows(name)
			}
		})
	}
}

// BenchmarkOpen opens and closes a client that has a licence and an update.
func BenchmarkOpen(b *testing.B) {
	v := newVendor(b)
	o, _ := v.options(b)
	o.Host = machineA()
	visit(b, o, func(c *activation.Client) {
		mustImport(b, c, v.sell(b))
		mustImport(b, c, v.update(b, 1, extend("export", 1)))
	})
	b.ReportAllocs()
	for b.Loop() {
		c, err := activation.Open(o)
		if err != nil || !c.Allows("draw") {
			b.Fatal(err)
		}
		if err := c.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
