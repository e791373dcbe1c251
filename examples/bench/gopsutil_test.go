package bench

import (
	"context"
	"testing"

	"github.com/shirou/gopsutil/v3/cpu"
	"github.com/shirou/gopsutil/v3/disk"
	"github.com/shirou/gopsutil/v3/host"
	"github.com/shirou/gopsutil/v3/net"

	"github.com/latchkey-go/latchkey/binding/machine"
)

// BenchmarkFingerprint reads every component of this machine.
func BenchmarkFingerprint(b *testing.B) {
	for b.Loop() {
		if _, err := machine.New("acme-cad").Fingerprint(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFingerprintGopsutil reads about the same with gopsutil v3, as its
// documentation suggests. On many systems it starts programs.
func BenchmarkFingerprintGopsutil(b *testing.B) {
	for b.Loop() {
		_, _ = host.Info()
		_, _ = cpu.Info()
		_, _ = net.Interfaces()
		partitions, _ := disk.Partitions(false)
		for _, p := range partitions {
			_, _ = disk.SerialNumber(p.Device)
		}
	}
}
