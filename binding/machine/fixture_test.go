package machine

import (
	"context"
	"io/fs"
	"maps"
	"path"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/binding"
)

// Fixture trees: what a Linux machine shows of itself, small, with sysfs's
// links.

func file(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text), Mode: 0o444} }

// secret is a file that only root may read.
func secret(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text), Mode: 0o400} }

func link(target string) *fstest.MapFile {
	return &fstest.MapFile{Data: []byte(target), Mode: fs.ModeSymlink | 0o777}
}

// addDevice puts a disk or a card with its attributes below the device's
// folder and links it into a class.
func addDevice(tree fstest.MapFS, class, name, device string, attributes map[string]string) {
	folder := "sys/devices/" + device + "/" + path.Base(class) + "/" + name
	tree[class+"/"+name] = link(strings.Repeat("../", strings.Count(class, "/")) + strings.TrimPrefix(folder, "sys/"))
	tree[folder+"/uevent"] = file("")
	for attribute, text := range attributes {
		tree[folder+"/"+attribute] = file(text)
	}
}

func addDisk(tree fstest.MapFS, name, device string, attributes map[string]string) {
	addDevice(tree, "sys/block", name, device, attributes)
}

func addCard(tree fstest.MapFS, name, device, address, assigned string) {
	attributes := map[string]string{"address": address + "\n", "addr_assign_type": assigned + "\n"}
	if !strings.HasPrefix(device, "virtual") {
		attributes["device/uevent"] = "DRIVER=x\n"
	}
	addDevice(tree, "sys/class/net", name, device, attributes)
}

const xeonBlock = `processor	: 0
vendor_id	: GenuineIntel
cpu family	: 6
model		: 158
model name	: Intel(R) Core(TM) i7-8700 CPU @ 3.20GHz
stepping	: 10
microcode	: 0xf4
cpu MHz		: 800.021
physical id	: 0
siblings	: 12
flags		: fpu vme de pse tsc msr

`

func dmiFiles(vendor, product, uuid, board, system string) fstest.MapFS {
	id := "sys/class/dmi/id/"
	return fstest.MapFS{
		id + "sys_vendor":     file(vendor + "\n"),
		id + "product_name":   file(product + "\n"),
		id + "bios_vendor":    file(vendor + "\n"),
		id + "product_uuid":   secret(uuid + "\n"),
		id + "board_serial":   secret(board + "\n"),
		id + "product_serial": secret(system + "\n"),
	}
}

// bareMetal is a workstation: a board, two disks, a USB stick, a card, Wi-Fi,
// and the virtual devices that every such machine has.
func bareMetal() fstest.MapFS {
	tree := dmiFiles("LENOVO", "ThinkStation P330", "4C4C4544-0042-3510-8053-B4C04F4D3732", "L1HF8C1003T", "PF2XKABC")
	maps.Copy(tree, fstest.MapFS{
		"etc/machine-id":           file("3d1219c7c4c5404aaa1f6d2a48adfda4\n"),
		"etc/os-release":           file("NAME=\"Debian GNU/Linux\"\nID=debian\nVERSION_ID=\"12\"\n"),
		"proc/cpuinfo":             file(xeonBlock + strings.Replace(xeonBlock, "processor	: 0", "processor	: 1", 1)),
		"proc/sys/kernel/hostname": file("WS7.Acme.example\n"),
		"proc/1/cgroup":            file("0::/init.scope\n"),
		"proc/self/mountinfo":      file("27 1 8:1 / / rw - ext4 /dev/sda1 rw\n40 27 0:44 / /var/lib/docker/overlay2/x/merged rw - overlay overlay rw\n"),
		"proc/sys/kernel/random/boot_id": file(
			"11111111-2222-4333-8444-555555555555\n"),
	})
	addDisk(tree, "nvme0n1", "pci0000:00/0000:00:1d.0/nvme/nvme0", map[string]string{
		"device/serial": "S4EWNX0M123456      \n", "wwid": "eui.0025385191b00001\n", "removable": "0\n"})
	addDisk(tree, "sda", "pci0000:00/0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0", map[string]string{
		"device/vpd_pg80": "\x00\x80\x00\x14     WD-WCC4E1234567", "device/wwid": "naa.50014ee20d123456\n", "removable": "0\n"})
	addDisk(tree, "sdb", "pci0000:00/0000:00:14.0/usb2/2-1/2-1:1.0/host6/target6:0:0/6:0:0:0", map[string]string{
		"device/vpd_pg80": "\x00\x80\x00\x08STICK001", "removable": "1\n"})
	addDisk(tree, "sdc", "pci0000:00/0000:00:1c.4/0000:04:00.0/host7/target7:0:0/7:0:0:0", map[string]string{
		"device/vpd_pg80": "\x00\x80\x00\x08READER01", "removable": "1\n"})
	addDisk(tree, "sr0", "pci0000:00/0000:00:17.0/ata3/host2/target2:0:0/2:0:0:0", map[string]string{
		"device/vpd_pg80": "\x00\x80\x00\x08DVD00001", "removable": "1\n"})
	for _, name := range []string{"loop0", "ram0", "dm-0", "md0", "zram0"} {
		addDisk(tree, name, "virtual", map[string]string{"serial": "VIRTUAL1", "wwid": "VIRTUAL2"})
	}
	addCard(tree, "enp0s31f6", "pci0000:00/0000:00:1f.6", "8c:16:45:aa:bb:01", "0")
	addCard(tree, "wlp3s0", "pci0000:00/0000:00:1c.0/0000:03:00.0", "8c:16:45:aa:bb:02", "0")
	for name, address := range map[string]string{
		"lo": "00:00:00:00:00:00", "docker0": "02:42:ac:11:00:01", "br0": "8c:16:45:00:00:05",
		"veth1234": "9e:11:22:33:44:55", "wg0": "", "tun0": "", "tap0": "00:ff:11:22:33:44",
	} {
		addCard(tree, name, "virtual", address, "0")
	}
	return tree
}

func virtualMachine() fstest.MapFS {
	tree := dmiFiles("QEMU", "Standard PC (Q35 + ICH9, 2009)", "9f6a7c1e-1111-4222-8333-abcdefabcdef", "", "")
	maps.Copy(tree, fstest.MapFS{
		"etc/machine-id":           file("aaaabbbbccccddddeeeeffff00001111\n"),
		"etc/os-release":           file("ID=\"ubuntu\"\n"),
		"proc/cpuinfo":             file(strings.Replace(xeonBlock, "msr\n", "msr hypervisor\n", 1)),
		"proc/sys/kernel/hostname": file("localhost\n"),
	})
	addDisk(tree, "vda", "pci0000:00/0000:00:02.0/virtio1", map[string]string{"serial": "", "removable": "0\n"})
	addDisk(tree, "sda", "pci0000:00/0000:00:1f.2/ata1/host0/target0:0:0/0:0:0:0", map[string]string{
		"device/vpd_pg80": "\x00\x80\x00\x07QM00001",
		"device/wwid":     "t10.ATA     QEMU HARDDISK                           QM00001             \n", "removable": "0\n"})
	addCard(tree, "eth0", "pci0000:00/0000:00:03.0/virtio2", "52:54:00:12:34:56", "0")
	return tree
}

func containerTree() fstest.MapFS {
	tree := fstest.MapFS{
		".dockerenv":               file(""),
		"etc/machine-id":           file(""),
		"proc/cpuinfo":             file(xeonBlock),
		"proc/sys/kernel/hostname": file("f3a1b2c3d4e5\n"),
		"sys/class/block":          {Mode: fs.ModeDir | 0o755},
	}
	addCard(tree, "eth0", "virtual", "02:42:ac:11:00:02", "3")
	addCard(tree, "lo", "virtual", "00:00:00:00:00:00", "0")
	return tree
}

func cloudInstance() fstest.MapFS {
	tree := virtualMachine()
	maps.Copy(tree, dmiFiles("Amazon EC2", "m5.large", "ec2a1b2c-1111-4222-8333-abcdefabcdef", "", "ec2a1b2c-1111-4222-8333-abcdefabcdef"))
	addDisk(tree, "nvme0n1", "pci0000:00/0000:00:04.0/nvme/nvme0", map[string]string{
		"device/serial": "vol0123456789abcdef0\n", "removable": "0\n"})
	return tree
}

// asUser is a tree as one sees it who is not root.
type asUser struct{ fstest.MapFS }

func (u asUser) Open(name string) (fs.File, error) {
	f, err := u.MapFS.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.IsDir() && info.Mode().Perm()&0o004 == 0 {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return f, nil
}

func noEnvironment(string) string { return "" }

func variables(pairs ...string) Option {
	return WithEnvironment(func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	})
}

func on(tree fs.FS, options ...Option) *Machine {
	return New("acme-cad", append([]Option{WithEnvironment(noEnvironment), WithRoot(tree)}, options...)...)
}

// values reads one component in the clear.
func values(t testing.TB, m *Machine, name string) ([]string, error) {
	t.Helper()
	readings, err := m.read(t.Context(), []string{name})
	require.NoError(t, err)
	require.Len(t, readings, 1)
	return readings[0].Values, readings[0].Err
}

func bindTo(t testing.TB, m *Machine, line string) []byte {
	t.Helper()
	f, err := m.Fingerprint(context.Background())
	require.NoError(t, err)
	s, err := binding.ParseScheme(line)
	require.NoError(t, err)
	data, err := f.Bind(s)
	require.NoError(t, err)
	return data
}

func states(t testing.TB, m *Machine) map[string]string {
	t.Helper()
	f, err := m.Fingerprint(context.Background())
	require.NoError(t, err)
	found := map[string]string{}
	for _, c := range f.Components() {
		found[c.Name] = strings.TrimPrefix(c.String(), c.Name+" ")
	}
	return found
}
