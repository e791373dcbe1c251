package binding

import "slices"

// The ready-made schemes, as lines for [ParseScheme]. Which one fits a machine,
// Environment in package binding/machine says; a vendor who knows the
// customer's machines writes another line.
const (
	// SchemeMachine binds to the operating system's machine id alone. It is
	// readable without privilege nearly everywhere and survives every change
	// of hardware; it ends with a new installation, and a disk image or a
	// clone carries it along.
	SchemeMachine = "machine"

	// SchemeWorkstation is for a PC or a laptop whose application runs with
	// the right to read the board's serial number (a service, an
	// administrator; any user on Windows): board stays, of processor, disk
	// and network card at most two may be replaced.
	SchemeWorkstation = "board+cpu~+disk~+mac~/2"

	// SchemeDesktop is for a PC or a laptop on which the application runs as
	// an ordinary user, who cannot read the board on Linux: of machine id,
	// board, disk and network card any two may differ or be unreadable.
	SchemeDesktop = "machine~+board~+disk~+mac~/2"

	// SchemeServer is for a server in a rack: the board stays, and of machine
	// id, disk and network card at most one may differ, since disks move
	// between servers.
	SchemeServer = "board+machine~+disk~+mac~/1"

	// SchemeVM is for a virtual machine: its machine id stays; the board's
	// UUID, which the hypervisor gives and a clone gets anew, may be
	// unreadable (without privilege on Linux) or differ, or else the
	// processor may, as after a move to another host. Not both.
	SchemeVM = "machine+board~+cpu~/1"

	// SchemeInstance is for containers and the cloud, where hardware and
	// machine id are new at each start or shared with others: the identity
	// that the orchestrator or the administrator gives to the application.
	SchemeInstance = "instance"

	// SchemeUser binds to a person's account on one installation.
	SchemeUser = "machine+user"

	// SchemeHost binds to a host's name, for machines that are replaced
	// under one name.
	SchemeHost = "host"
)

// Named returns the line of a ready-made scheme: "machine", "workstation",
// "desktop", "server", "vm", "cloud", "container" (both [SchemeInstance]),
// "user" and "host". Ok is false for any other name.
func Named(name string) (line string, ok bool) {
	line, ok = named[name]
	return line, ok
}

var named = map[string]string{
	"machine":     SchemeMachine,
	"workstation": SchemeWorkstation,
	"desktop":     SchemeDesktop,
	"server":      SchemeServer,
	"vm":          SchemeVM,
	"cloud":       SchemeInstance,
	"container":   SchemeInstance,
	"user":        SchemeUser,
	"host":        SchemeHost,
}

var standard = []string{"board", "cpu", "disk", "host", "instance", "ip", "mac", "machine", "os", "tpm", "user"}

// Standard lists the names of the components that package binding/machine
// knows, in ascending order:
//
//	board     serial numbers and UUID of the main board
//	cpu       vendor and model of the processor; weak, many machines share it
//	disk      serial numbers of the fixed disks
//	host      host name, fully qualified where the host is named so
//	instance  identity given by the orchestrator or the administrator
//	ip        IP addresses
//	mac       addresses of the physical network cards
//	machine   machine id of the operating system
//	os        this installation of this kind of operating system
//	tpm       identity of a TPM
//	user      user id (Unix) or SID (Windows)
//
// Any other well-formed name is a custom component.
func Standard() []string { return slices.Clone(standard) }
