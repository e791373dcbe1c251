package machine

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"net"
	"slices"
	"strings"
)

// Limits of what is read from one file, in bytes.
const (
	maxAttribute = 4 << 10  // a file of sysfs, or a small one of /etc
	maxCPUInfo   = 4 << 10  // the first processor's block; a machine may have hundreds
	maxTable     = 64 << 10 // mountinfo and the like
)

// A tree is a Linux machine's files: "/" itself, a fixture, or the host's root
// as a container has it mounted.
type tree struct {
	files  fs.FS
	getenv func(string) string
}

func treeSystem(files fs.FS, getenv func(string) string) system {
	t := tree{files, getenv}
	return system{
		components: map[string]ReadFunc{
			"machine": t.machine,
			"board":   t.board,
			"cpu":     t.cpu,
			"disk":    t.disk,
			"mac":     t.mac,
			"os":      t.installation,
			"host":    t.host,
			"tpm":     t.tpm,
		},
		environment: t.environment,
		hypervisor:  t.hypervisor,
	}
}

// limitedReader is a shorter way to a file than fs.FS has.
type limitedReader interface {
	readLimited(name string, limit int) ([]byte, error)
}

// readFile reads at most limit bytes from the beginning of a file.
func readFile(files fs.FS, name string, limit int) ([]byte, error) {
	if short, ok := files.(limitedReader); ok {
		return short.readLimited(name, limit)
	}
	f, err := files.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readAll(f, limit)
}

func readAll(r io.Reader, limit int) ([]byte, error) {
	return io.ReadAll(io.LimitReader(r, int64(limit)))
}

func (t tree) text(name string) (string, error) {
	b, err := readFile(t.files, name, maxAttribute)
	return strings.TrimSpace(string(b)), err
}

// attribute is text without an error, for what only helps to decide.
func (t tree) attribute(name string) string {
	text, err := t.text(name)
	if err != nil {
		return ""
	}
	return text
}

// findings collects values from several files. A file that is not there says
// nothing; any other error is kept, since there may be a value behind it.
type findings struct {
	values []string
	err    error
}

func (f *findings) add(kind, raw string, err error) {
	if err == nil {
		f.values = append(f.values, tagged(kind, raw)...)
	} else if !errors.Is(err, fs.ErrNotExist) && f.err == nil {
		f.err = err
	}
}

// list lists a folder of sysfs. Without the folder there is no sysfs to ask,
// which is another answer than an empty one.
func (t tree) list(folder string) ([]string, error) {
	names, err := t.names(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errors.ErrUnsupported
	}
	return names, err
}

func (t tree) names(folder string) ([]string, error) {
	if short, ok := t.files.(interface {
		names(folder string) ([]string, error)
	}); ok {
		return short.names(folder)
	}
	entries, err := fs.ReadDir(t.files, folder)
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names, err
}

// device is where sysfs's entry for a disk or a card leads to, such as
// "../devices/pci0000:00/0000:00:02.0/virtio1/block/vda". "" when the tree has
// no links, as an archive may have lost them.
func (t tree) device(entry string) string {
	target, err := fs.ReadLink(t.files, entry)
	if err != nil {
		return ""
	}
	return target
}

// builtIn says whether a device is a part of the machine: no virtual one, and
// none on USB, which moves from machine to machine.
func builtIn(device string) bool {
	return !strings.Contains(device, "/virtual/") && !strings.Contains(device, "/usb")
}

// machineIDs in the order in which they are asked: systemd's and D-Bus's.
var machineIDs = []string{"etc/machine-id", "var/lib/dbus/machine-id"}

// machine takes the first machine id that is one: 32 hexadecimal digits.
// "uninitialized", as in an image that was never started, is none. It never
// falls back on boot_id, which is new at each boot.
func (t tree) machine(context.Context) ([]string, error) {
	var found findings
	for _, name := range machineIDs {
		id, err := t.text(name)
		if b, bad := hex.DecodeString(id); bad != nil || len(b) != 16 {
			id = ""
		}
		if found.add("id", id, err); found.values != nil {
			return found.values, nil
		}
	}
	return nil, found.err
}

// installation is the machine id with the kind of distribution, which is not
// the version: an upgrade keeps the installation.
func (t tree) installation(ctx context.Context) ([]string, error) {
	id, err := t.machine(ctx)
	if len(id) == 0 {
		return nil, err
	}
	release, err := t.text("etc/os-release")
	if err != nil {
		release, _ = t.text("usr/lib/os-release")
	}
	kind := "linux"
	for line := range strings.SplitSeq(release, "\n") {
		if value, ok := strings.CutPrefix(line, "ID="); ok {
			kind = strings.Trim(strings.TrimSpace(value), `"'`)
		}
	}
	return []string{"linux/" + strings.ToLower(kind) + "/" + id[0]}, nil
}

// board reads what the firmware says of the board and the system, for root
// only, or on small computers the serial number in the device tree.
func (t tree) board(context.Context) ([]string, error) {
	if _, err := t.list("sys/class"); err != nil {
		return nil, err
	}
	var found findings
	for _, source := range []struct{ kind, file string }{
		{"uuid", "sys/class/dmi/id/product_uuid"},
		{"board", "sys/class/dmi/id/board_serial"},
		{"system", "sys/class/dmi/id/product_serial"},
		{"tree", "sys/firmware/devicetree/base/serial-number"},
	} {
		raw, err := t.text(source.file)
		found.add(source.kind, raw, err)
	}
	return found.values, found.err
}

func (t tree) cpu(context.Context) ([]string, error) {
	text, err := readFile(t.files, "proc/cpuinfo", maxCPUInfo)
	if errors.Is(err, fs.ErrNotExist) {
		err = errors.ErrUnsupported
	}
	return one(cpuModel(string(text))), err
}

type diskKind struct {
	driver string // how the names of such disks begin
	files  []string
}

// diskFiles are the files that hold a disk's identity, by the kind of disk.
// Other kinds, loop, ram, dm, md, zram, optical and network disks, are no part
// of the machine.
var diskFiles = []diskKind{
	{"nvme", []string{"device/serial", "wwid"}},
	{"sd", []string{"device/vpd_pg80", "device/wwid"}},
	{"vd", []string{"serial"}},
	{"mmcblk", []string{"device/cid"}},
	{"dasd", []string{"device/uid"}},
}

func (t tree) disk(context.Context) ([]string, error) {
	disks, err := t.list("sys/block")
	if err != nil {
		return nil, err
	}
	var found findings
	for _, disk := range disks {
		i := slices.IndexFunc(diskFiles, func(k diskKind) bool { return strings.HasPrefix(disk, k.driver) })
		folder := "sys/block/" + disk
		if i < 0 || !builtIn(t.device(folder)) || t.attribute(folder+"/removable") == "1" {
			continue
		}
		for _, file := range diskFiles[i].files {
			raw, err := readFile(t.files, folder+"/"+file, maxAttribute)
			if strings.HasSuffix(file, "vpd_pg80") {
				raw = unitSerial(raw)
			}
			found.add("disk", string(raw), err)
		}
	}
	return found.values, found.err
}

// mac takes the burnt-in addresses of the cards that are a part of the machine.
func (t tree) mac(context.Context) ([]string, error) {
	cards, err := t.list("sys/class/net")
	if err != nil {
		return nil, err
	}
	var found findings
	for _, card := range cards {
		folder := "sys/class/net/" + card
		device := t.device(folder)
		if !builtIn(device) || device == "" && t.attribute(folder+"/device/uevent") == "" {
			continue
		}
		address, err := t.cardAddress(folder)
		if err != nil && found.err == nil {
			found.err = err
		}
		found.values = append(found.values, one(address)...)
	}
	return found.values, found.err
}

// How the kernel came by a card's address, from linux/netdevice.h.
const (
	addressPermanent = "0" // burnt in
	addressSet       = "3" // set by software, over one that is burnt in
)

// cardAddress is a card's burnt-in address. One that was set over it, at random
// for privacy, say, hides it: the card is there and its address is not
// readable, which is no change of hardware.
func (t tree) cardAddress(folder string) (string, error) {
	raw := t.attribute(folder + "/bonding_slave/perm_hwaddr")
	if raw == "" {
		switch t.attribute(folder + "/addr_assign_type") {
		case addressPermanent:
			raw = t.attribute(folder + "/address")
		case addressSet:
			return "", errors.ErrUnsupported
		}
	}
	address, err := net.ParseMAC(raw)
	if err != nil {
		return "", nil // none: a modem, say
	}
	return cardAddress(address), nil
}

func (t tree) host(context.Context) ([]string, error) {
	name, err := t.text("proc/sys/kernel/hostname")
	if errors.Is(err, fs.ErrNotExist) {
		err = errors.ErrUnsupported
	}
	return one(hostName(name)), err
}

// tpm says whether there is a TPM; to read a public identity from it takes a
// device that is for root only, so that is left to the application.
func (t tree) tpm(context.Context) ([]string, error) {
	tpms, err := t.names("sys/class/tpm")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil && len(tpms) > 0 {
		err = errors.ErrUnsupported
	}
	return nil, err
}
