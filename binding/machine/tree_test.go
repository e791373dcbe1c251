package machine

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/binding"
)

func TestBareMetal(t *testing.T) {
	t.Parallel()
	m := on(bareMetal(), WithInstance("i-1"))
	for name, want := range map[string][]string{
		"machine":  {"id:3d1219c7c4c5404aaa1f6d2a48adfda4"},
		"board":    {"uuid:4c4c4544-0042-3510-8053-b4c04f4d3732", "board:l1hf8c1003t", "system:pf2xkabc"},
		"cpu":      {"vendor_id=GenuineIntel|cpu family=6|model=158|model name=Intel(R) Core(TM) i7-8700 CPU @ 3.20GHz|stepping=10"},
		"disk":     {"disk:s4ewnx0m123456", "disk:eui.0025385191b00001", "disk:wd-wcc4e1234567", "disk:naa.50014ee20d123456"},
		"mac":      {"8c:16:45:aa:bb:01", "8c:16:45:aa:bb:02"},
		"os":       {"linux/debian/id:3d1219c7c4c5404aaa1f6d2a48adfda4"},
		"host":     {"ws7.acme.example"},
		"instance": {"i-1"},
	} {
		got, err := values(t, m, name)
		require.NoError(t, err, name)
		require.ElementsMatch(t, want, got, name)
	}
	require.Equal(t, map[string]string{
		"board": "readable", "cpu": "readable", "disk": "readable", "host": "readable", "instance": "readable",
		"ip": "unreadable (not supported)", "mac": "readable", "machine": "readable", "os": "readable",
		"tpm": "absent", "user": "unreadable (not supported)",
	}, states(t, m))
}

func TestStatesByMachine(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		tree fs.FS
		want map[string]string
	}{
		"workstation, user": {asUser{bareMetal()}, map[string]string{"machine": "readable", "board": "unreadable (permission)", "disk": "readable", "mac": "readable"}},
		"virtual machine":   {virtualMachine(), map[string]string{"machine": "readable", "board": "readable", "disk": "absent", "mac": "absent", "host": "absent"}},
		"the same, user":    {asUser{virtualMachine()}, map[string]string{"machine": "readable", "board": "unreadable (permission)", "disk": "absent"}},
		"container":         {containerTree(), map[string]string{"machine": "absent", "board": "absent", "disk": "unreadable (not supported)", "mac": "absent", "os": "absent"}},
		"cloud":             {cloudInstance(), map[string]string{"machine": "readable", "board": "readable", "disk": "readable", "mac": "absent"}},
		"nothing mounted":   {fstest.MapFS{}, map[string]string{"machine": "absent", "board": "unreadable (not supported)", "cpu": "unreadable (not supported)", "disk": "unreadable (not supported)", "mac": "unreadable (not supported)", "host": "unreadable (not supported)"}},
	} {
		got := states(t, on(c.tree))
		for component, want := range c.want {
			require.Equal(t, want, got[component], "%s: %s", name, component)
		}
	}
}

// Root activates, the user runs, and the other way round: what the user cannot
// read is unreadable and never changed.
func TestRootAndUser(t *testing.T) {
	t.Parallel()
	root, user := on(bareMetal()), on(asUser{bareMetal()})

	data := bindTo(t, root, binding.SchemeDesktop)
	require.NoError(t, user.MatchBinding(binding.SchemeDesktop, data))
	require.NoError(t, root.MatchBinding(binding.SchemeDesktop, bindTo(t, user, binding.SchemeDesktop)))

	data = bindTo(t, root, binding.SchemeWorkstation)
	var mismatch *binding.MismatchError
	require.ErrorAs(t, user.MatchBinding(binding.SchemeWorkstation, data), &mismatch)
	require.Empty(t, mismatch.ChangedComponents())
	require.Equal(t, []string{"board"}, mismatch.UnreadableComponents())
}

func TestHardwareChanges(t *testing.T) {
	t.Parallel()
	const line = "board+disk+mac"
	data := bindTo(t, on(bareMetal()), line)
	for name, c := range map[string]struct {
		change func(fstest.MapFS)
		want   []string
	}{
		"nothing": {func(fstest.MapFS) {}, nil},
		"board replaced": {func(tree fstest.MapFS) {
			tree["sys/class/dmi/id/product_uuid"] = secret("4C4C4544-0000-3510-8053-B4C04F4D3732\n")
			tree["sys/class/dmi/id/board_serial"] = secret("L1HF8C1999Z\n")
			tree["sys/class/dmi/id/product_serial"] = secret("PF9YYYYY\n")
		}, []string{"board"}},
		"board replaced, the maker wrote the old system number into it": {func(tree fstest.MapFS) {
			tree["sys/class/dmi/id/product_uuid"] = secret("4C4C4544-0000-3510-8053-B4C04F4D3732\n")
			tree["sys/class/dmi/id/board_serial"] = secret("L1HF8C1999Z\n")
		}, nil},
		"board with filler": {func(tree fstest.MapFS) {
			for _, name := range []string{"product_uuid", "board_serial", "product_serial"} {
				tree["sys/class/dmi/id/"+name] = secret("To be filled by O.E.M.\n")
			}
		}, []string{"board"}},
		"disk added": {func(tree fstest.MapFS) {
			addDisk(tree, "nvme1n1", "pci0000:00/0000:00:1e.0/nvme/nvme1", map[string]string{"device/serial": "NEW123456\n", "removable": "0\n"})
		}, nil},
		"dock and VPN adapter added": {func(tree fstest.MapFS) {
			addCard(tree, "enx00e04c680001", "pci0000:00/0000:00:14.0/usb2/2-1/2-1:1.0", "00:e0:4c:68:00:01", "0")
			addCard(tree, "tun5", "virtual", "", "0")
			addCard(tree, "gpd0", "virtual", "02:50:41:00:00:01", "0")
		}, nil},
		"one disk of two removed": {func(tree fstest.MapFS) { delete(tree, "sys/block/sda") }, nil},
		"disks removed": {func(tree fstest.MapFS) {
			delete(tree, "sys/block/sda")
			delete(tree, "sys/block/nvme0n1")
		}, []string{"disk"}},
	} {
		tree := bareMetal()
		c.change(tree)
		err := on(tree).MatchBinding(line, data)
		if c.want == nil {
			require.NoError(t, err, name)
			continue
		}
		var mismatch *binding.MismatchError
		require.ErrorAs(t, err, &mismatch, name)
		require.Equal(t, c.want, mismatch.ChangedComponents(), name)
	}
}

// A trip: what a dock or a stick brought is no identity that could go with it.
func TestUSBIsNoIdentity(t *testing.T) {
	t.Parallel()
	tree := bareMetal()
	before, err := values(t, on(tree), "mac")
	require.NoError(t, err)
	addCard(tree, "enx00e04c680001", "pci0000:00/0000:00:14.0/usb2/2-1/2-1:1.0", "00:e0:4c:68:00:01", "0")
	after, err := values(t, on(tree), "mac")
	require.NoError(t, err)
	require.ElementsMatch(t, before, after)
	disks, err := values(t, on(tree), "disk")
	require.NoError(t, err)
	require.NotContains(t, disks, "disk:stick001")
}

// A privacy address over the burnt-in one hides the card; a bond keeps it.
func TestAddressSetBySoftware(t *testing.T) {
	t.Parallel()
	tree := bareMetal()
	data := bindTo(t, on(tree), "mac")
	addCard(tree, "wlp3s0", "pci0000:00/0000:00:1c.0/0000:03:00.0", "3a:11:22:33:44:55", "3")
	require.NoError(t, on(tree).MatchBinding("mac", data), "the other card is there")
	addCard(tree, "enp0s31f6", "pci0000:00/0000:00:1f.6", "aa:11:22:33:44:55", "3")
	var mismatch *binding.MismatchError
	require.ErrorAs(t, on(tree).MatchBinding("mac", data), &mismatch)
	require.Empty(t, mismatch.ChangedComponents(), "hidden is not changed")

	tree["sys/devices/pci0000:00/0000:00:1f.6/net/enp0s31f6/bonding_slave/perm_hwaddr"] = file("8c:16:45:aa:bb:01\n")
	require.NoError(t, on(tree).MatchBinding("mac", data), "the bond tells the burnt-in address")
}

func TestTreeWithoutLinks(t *testing.T) {
	t.Parallel()
	flat := fstest.MapFS{
		"sys/block/sda/device/wwid":            file("naa.50014ee20d123456\n"),
		"sys/block/loop0/serial":               file("LOOP1\n"),
		"sys/class/net/eth0/address":           file("8c:16:45:aa:bb:01\n"),
		"sys/class/net/eth0/addr_assign_type":  file("0\n"),
		"sys/class/net/eth0/device/uevent":     file("DRIVER=e1000e\n"),
		"sys/class/net/virbr0/address":         file("8c:16:45:aa:bb:09\n"),
		"sys/class/net/virbr0/addr_assign_typ": file("0\n"),
	}
	disks, err := values(t, on(flat), "disk")
	require.NoError(t, err)
	require.Equal(t, []string{"disk:naa.50014ee20d123456"}, disks)
	cards, err := values(t, on(flat), "mac")
	require.NoError(t, err)
	require.Equal(t, []string{"8c:16:45:aa:bb:01"}, cards)
}

func TestMachineID(t *testing.T) {
	t.Parallel()
	const a, b = "3d1219c7c4c5404aaa1f6d2a48adfda4", "aaaabbbbccccddddeeeeffff00001111"
	for name, c := range map[string]struct {
		etc, dbus string
		want      []string
	}{
		"both":             {a + "\n", b, []string{"id:" + a}},
		"D-Bus's only":     {"", b + "\n", []string{"id:" + b}},
		"upper case":       {"3D1219C7C4C5404AAA1F6D2A48ADFDA4", "", []string{"id:" + a}},
		"never started":    {"uninitialized\n", "", nil},
		"zeros":            {"00000000000000000000000000000000", "", nil},
		"too short":        {a[:30], "", nil},
		"not hexadecimal":  {a[:31] + "x", "", nil},
		"nothing in there": {"\n", "", nil},
	} {
		tree := fstest.MapFS{"etc/machine-id": file(c.etc), "var/lib/dbus/machine-id": file(c.dbus)}
		got, err := values(t, on(tree), "machine")
		require.NoError(t, err, name)
		require.Equal(t, c.want, got, name)
	}
	got, err := values(t, on(asUser{fstest.MapFS{"etc/machine-id": secret(a)}}), "machine")
	require.ErrorIs(t, err, fs.ErrPermission)
	require.Empty(t, got)
}

func TestDeviceTree(t *testing.T) {
	t.Parallel()
	tree := fstest.MapFS{
		"sys/firmware/devicetree/base/serial-number": file("10000000a1b2c3d4\x00"),
		"sys/class/net/lo/address":                   file(""),
	}
	got, err := values(t, on(tree), "board")
	require.NoError(t, err)
	require.Equal(t, []string{"tree:10000000a1b2c3d4"}, got)
}

func TestInstance(t *testing.T) {
	t.Parallel()
	tree := fstest.MapFS{"run/secrets/instance": file(" pod-7\n")}
	for name, c := range map[string]struct {
		options []Option
		want    []string
	}{
		"nothing":           {nil, nil},
		"option":            {[]Option{WithInstance("a"), variables(InstanceVariable, "b")}, []string{"a"}},
		"variable":          {[]Option{variables(InstanceVariable, "b", InstanceFileVariable, "/run/secrets/instance")}, []string{"b"}},
		"file":              {[]Option{variables(InstanceFileVariable, "/run/secrets/instance")}, []string{"pod-7"}},
		"blank":             {[]Option{variables(InstanceVariable, " ")}, nil},
		"option over blank": {[]Option{WithInstance("a"), variables(InstanceVariable, "")}, []string{"a"}},
	} {
		got, err := values(t, on(tree, c.options...), "instance")
		require.NoError(t, err, name)
		require.Equal(t, c.want, got, name)
	}
	got, err := values(t, on(tree, variables(InstanceFileVariable, "/run/secrets/gone")), "instance")
	require.Error(t, err, "a file that is named must be there")
	require.Empty(t, got)

	path := t.TempDir() + "/instance"
	require.NoError(t, os.WriteFile(path, []byte("vm-9\n"), 0o600))
	got, err = values(t, New("acme-cad", variables(InstanceFileVariable, path)), "instance")
	require.NoError(t, err)
	require.Equal(t, []string{"vm-9"}, got)
}

func TestAddressesAndUser(t *testing.T) {
	t.Parallel()
	inject := func(c *config) {
		c.addrs = func() ([]net.Addr, error) {
			var addrs []net.Addr
			for _, cidr := range []string{"127.0.0.1/8", "::1/128", "fe80::1/64", "192.168.1.7/24", "2001:db8::7/64", "224.0.0.1/4"} {
				ip, n, _ := net.ParseCIDR(cidr)
				addrs = append(addrs, &net.IPNet{IP: ip, Mask: n.Mask})
			}
			return addrs, nil
		}
		c.user = func() (string, error) { return "uid:1000", nil }
	}
	m := on(fstest.MapFS{}, inject)
	got, err := values(t, m, "ip")
	require.NoError(t, err)
	require.Equal(t, []string{"192.168.1.7", "2001:db8::7"}, got)
	got, err = values(t, m, "user")
	require.NoError(t, err)
	require.Equal(t, []string{"uid:1000"}, got)
}

func TestTPM(t *testing.T) {
	t.Parallel()
	_, err := values(t, on(fstest.MapFS{"sys/class/tpm/tpm0/dev": file("")}), "tpm")
	require.ErrorIs(t, err, errors.ErrUnsupported)
	got, err := values(t, on(fstest.MapFS{}), "tpm")
	require.NoError(t, err)
	require.Empty(t, got)
}

func TestInstallationCodeIsReachable(t *testing.T) {
	t.Parallel()
	for name, tree := range map[string]fs.FS{
		"bare metal": bareMetal(), "bare metal, user": asUser{bareMetal()},
		"virtual machine": virtualMachine(), "virtual machine, user": asUser{virtualMachine()},
		"cloud, user": asUser{cloudInstance()},
	} {
		m := on(tree)
		code, err := m.InstallationCode()
		require.NoError(t, err, name)
		require.NoError(t, m.MatchBinding(binding.InstallationCodeScheme, code), name)
	}
	_, err := on(containerTree()).InstallationCode()
	var tooLittle *binding.BindError
	require.ErrorAs(t, err, &tooLittle, "a container has a processor and nothing else")
}
