package machine

import (
	"context"
	"errors"
	"net"
	"os"
	"syscall"
	"unsafe"
)

// What IOKit alone knows, the board's and the disks' serial numbers, needs a
// process or cgo, and is not supported.
func newSystem(getenv func(string) string) system {
	return system{
		components: map[string]ReadFunc{
			"machine": machineID,
			"cpu":     readCPU,
			"mac":     readCards,
			"os":      readInstallation,
			"host":    readHost,
		},
		environment: func() Env {
			hypervisor, err := readHypervisor()
			env := environmentOf(containerVariable(getenv), "", hypervisor, err)
			if env.Kind == BareMetal {
				env.Scheme = "machine" // the board is not readable
			}
			return env
		},
		hypervisor: readHypervisor,
	}
}

// machineID is the host's UUID, the same that IOKit calls IOPlatformUUID.
func machineID(context.Context) ([]string, error) {
	var id [16]byte
	wait := syscall.Timespec{Sec: 1}
	_, _, errno := syscall.Syscall(syscall.SYS_GETHOSTUUID,
		uintptr(unsafe.Pointer(&id)), uintptr(unsafe.Pointer(&wait)), 0)
	if errno != 0 {
		return nil, errno
	}
	return tagged("id", uuidText(id)), nil
}

func readInstallation(ctx context.Context) ([]string, error) {
	id, err := machineID(ctx)
	if len(id) == 0 {
		return nil, err
	}
	return []string{"darwin/" + id[0]}, nil
}

func readCPU(context.Context) ([]string, error) {
	brand, err := syscall.Sysctl("machdep.cpu.brand_string")
	return one(identity(brand)), err
}

// Network cards are en0 and so on; bridges, tunnels, AirDrop's and virtual
// machines' interfaces have other names. Thunderbolt's are locally administered.
func readCards(context.Context) ([]string, error) {
	interfaces, err := net.Interfaces()
	return interfaceCards(interfaces, func(name string) bool { return namedLike(name, "en") }), err
}

func readHost(context.Context) ([]string, error) {
	name, err := os.Hostname()
	return one(hostName(name)), err
}

func readHypervisor() (string, error) {
	present, err := syscall.SysctlUint32("kern.hv_vmm_present")
	switch {
	case errors.Is(err, syscall.ENOENT):
		return nothingKnown()
	case err != nil || present == 0:
		return "", err
	}
	return "hypervisor", nil
}
