package machine

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"syscall"
	"unsafe"
)

func newSystem(getenv func(string) string) system {
	return system{
		components: map[string]ReadFunc{
			"machine": machineID,
			"board":   readBoard,
			"cpu":     readCPU,
			"disk":    readDisks,
			"mac":     readCards,
			"os":      readInstallation,
			"host":    readHost,
		},
		environment: func() Env { return readEnvironment(getenv) },
		hypervisor:  readHypervisor,
	}
}

// machineID is the host's UUID as it was set at boot, else the one on disk.
func machineID(context.Context) ([]string, error) {
	id, err := syscall.Sysctl("kern.hostuuid")
	if values := tagged("id", id); values != nil {
		return values, nil
	}
	text, fileErr := os.ReadFile("/etc/hostid")
	if errors.Is(fileErr, fs.ErrNotExist) {
		return nil, err
	}
	return tagged("id", string(text)), fileErr
}

func readInstallation(ctx context.Context) ([]string, error) {
	id, err := machineID(ctx)
	if len(id) == 0 {
		return nil, err
	}
	return []string{"freebsd/" + id[0]}, nil
}

// kenvDump asks kenv(2) for the whole of the kernel's environment.
func kenvDump() ([]byte, error) {
	const dump, maxDump = 3, 1 << 20
	size, _, errno := syscall.Syscall6(syscall.SYS_KENV, dump, 0, 0, 0, 0, 0)
	if errno != 0 {
		return nil, errno
	}
	if size == 0 || size > maxDump {
		return nil, errors.ErrUnsupported
	}
	buffer := make([]byte, size)
	_, _, errno = syscall.Syscall6(syscall.SYS_KENV, dump, 0, uintptr(unsafe.Pointer(&buffer[0])), size, 0, 0)
	if errno != 0 {
		return nil, errno
	}
	return buffer, nil
}

func readBoard(context.Context) ([]string, error) {
	dump, err := kenvDump()
	return kenvSMBIOS(dump).identities(), err
}

func readCPU(context.Context) ([]string, error) {
	model, err := syscall.Sysctl("hw.model")
	return one(identity(model)), err
}

func readDisks(context.Context) ([]string, error) {
	xml, err := syscall.Sysctl("kern.geom.confxml")
	return geomDisks(xml), err
}

// cardDrivers are FreeBSD's drivers of network cards that sit in the machine;
// USB's (ue, urtwn) and virtual ones (bridge, tap, epair, vtnet's address is
// made up) are not among them.
var cardDrivers = []string{"em", "igb", "igc", "ix", "ixl", "ixv", "ice", "re", "rge", "bge", "bce", "bnxt", "bxe",
	"msk", "mce", "mlxen", "cxl", "cc", "cxgbe", "alc", "ale", "age", "fxp", "nfe", "sk", "vmx", "vtnet", "xn", "hn",
	"ena", "aq", "et", "jme", "axgbe", "dwc", "genet", "qlnxe"}

func readCards(context.Context) ([]string, error) {
	interfaces, err := net.Interfaces()
	return interfaceCards(interfaces, func(name string) bool { return namedLike(name, cardDrivers...) }), err
}

func readHost(context.Context) ([]string, error) {
	name, err := os.Hostname()
	return one(hostName(name)), err
}

// readHypervisor asks the kernel, which knows its guests' hosts by short names.
func readHypervisor() (string, error) {
	guest, err := syscall.Sysctl("kern.vm_guest")
	switch {
	case err != nil:
		return nothingKnown()
	case guest == "none":
		return "", nil
	case guest == "hv":
		return "hyper-v", nil
	case guest == "generic":
		return "hypervisor", nil
	}
	return guest, nil
}

func readEnvironment(getenv func(string) string) Env {
	container := containerVariable(getenv)
	if jailed, err := syscall.SysctlUint32("security.jail.jailed"); err == nil && jailed == 1 && container == "" {
		container = "jail"
	}
	dump, _ := kenvDump()
	cloud, _ := kenvSMBIOS(dump).platform()
	hypervisor, err := readHypervisor()
	return environmentOf(container, cloud, hypervisor, err)
}
