// Package machine reads the machine at hand for package binding. It is the
// only package of Latchkey that touches the operating system's hardware data.
//
//	m := machine.New("acme-cad")
//	f, err := m.Fingerprint(ctx)           // every component, to activate
//	err = m.MatchBinding(scheme, data)     // reads what the scheme names
//	env := m.Environment()                 // bare metal, VM, container, cloud
//
//	machine.go     New, its options, what a Machine answers
//	probe.go       reading in parallel, once, each component with its time limit
//	values.go      which values are identities and which are filler
//	environment.go what kind of machine this is, and the scheme that fits it
//	linuxtree.go   the components on Linux, from any fs.FS
//	linuxenv.go    the environment on Linux, from any fs.FS
//	smbios.go, storage.go, iftable.go, kenv.go, cpuinfo.go
//	               recorded bytes of other systems, parsed on any of them
//	system_*.go    the calls of each system
//
// # Where the components come from
//
//	          Linux                        Windows        macOS             FreeBSD
//	machine   /etc/machine-id, D-Bus's     MachineGuid    gethostuuid       kern.hostuuid, /etc/hostid
//	board     DMI serials and UUID (root)  SMBIOS         not supported     kenv smbios.*
//	cpu       /proc/cpuinfo, first block   registry       machdep.cpu       hw.model
//	disk      /sys/block: serial, WWID     storage query  not supported     kern.geom.confxml
//	mac       /sys/class/net               GetIfTable2    "en" interfaces   names of drivers
//	os        machine id, os-release ID    machine id     machine id        machine id
//	host      kernel's host name           DNS name       host name         host name
//	ip        global unicast addresses     the same       the same          the same
//	user      uid                          SID            uid               uid
//	instance  option or environment        the same       the same          the same
//	tpm       not supported: give one with WithComponent
//
// On Linux the board is the device tree's serial number where there is no DMI,
// and "instance" is what [WithInstance], LATCHKEY_INSTANCE or the file that
// LATCHKEY_INSTANCE_FILE names says, in this order.
//
// On other systems (js/wasm, say) all but instance and custom components are
// unreadable, "not supported".
//
// What is filler ("To be filled by O.E.M.", serial number 0, QEMU's disk
// QM00001) is nobody's identity and is ignored. So is the address of a network
// card that is virtual, a bridge's, a container's, a VPN's, on USB, or locally
// administered, as those of most virtual machines are, and so are disks that
// are removable, virtual or on USB. The processor is weak: every
// machine of one model has the same. What only root may read is unreadable to
// others and never "absent", so that root and user never disagree.
//
// # Costs and promises
//
// No process is started, no shell, and no cgo is used. A full fingerprint costs
// well under half a millisecond on Linux; MatchBinding reads only the
// components that its scheme names. Nothing is read before it is needed, and
// then once; [Machine.Refresh] forgets it. A component that takes longer than
// its time limit is unreadable ("timeout") and holds up nobody; the goroutine
// that reads it ends when the read does. No error or text shows a value.
//
// The modules gopsutil and machineid, which do such things for others, are not
// used here: on the way to these values they start processes (lsb_release,
// ioreg, kenv), fall back in silence to an identity that changes with each
// boot, differ between root and user, or read the whole of /proc/cpuinfo. The
// tests hold this package against them.
package machine
