package machine

import (
	"encoding/binary"
	"net"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"
)

// smbiosTable builds a table as firmware lays it out.
func smbiosTable() []byte {
	var table []byte
	add := func(kind byte, formatted []byte, texts ...string) {
		table = append(table, kind, byte(4+len(formatted)), kind, 0)
		table = append(table, formatted...)
		for _, text := range texts {
			table = append(append(table, text...), 0)
		}
		if len(texts) == 0 {
			table = append(table, 0)
		}
		table = append(table, 0)
	}
	uuid := []byte{0x44, 0x45, 0x4c, 0x4c, 0x42, 0x00, 0x10, 0x35, 0x80, 0x53, 0xb4, 0xc0, 0x4f, 0x4d, 0x37, 0x32}
	add(0, []byte{1, 2, 0, 0xe0, 3}, "LENOVO", "N1EET", "01/01/2024")
	add(1, append([]byte{1, 2, 0, 3}, uuid...), "LENOVO", "ThinkStation P330", "PF2XKABC")
	add(2, []byte{1, 2, 0, 3}, "LENOVO", "312D", "L1HF8C1003T")
	add(2, []byte{1, 0, 0, 2}, "LENOVO", "SECONDBOARD")
	add(3, []byte{1, 3, 0, 2, 3}, "LENOVO", "PF2XKABC", "7783-7084")
	add(126, nil)
	add(127, nil)
	return table
}

func rawSMBIOS(major, minor byte, table []byte) []byte {
	raw := []byte{0, major, minor, 0, 0, 0, 0, 0}
	binary.LittleEndian.PutUint32(raw[4:], uint32(len(table)))
	return append(raw, table...)
}

func TestSMBIOS(t *testing.T) {
	t.Parallel()
	s := parseRawSMBIOS(rawSMBIOS(3, 2, smbiosTable()))
	require.Equal(t, smbios{
		dmi:          dmi{"LENOVO", "ThinkStation P330", "LENOVO", "LENOVO", "7783-7084"},
		uuid:         "4c4c4544-0042-3510-8053-b4c04f4d3732",
		systemSerial: "PF2XKABC", boardSerial: "L1HF8C1003T",
	}, s)
	// The same machine reads the same under Linux.
	linux, err := values(t, on(bareMetal()), "board")
	require.NoError(t, err)
	require.ElementsMatch(t, linux, s.identities())

	require.Equal(t, "44454c4c-4200-1035-8053-b4c04f4d3732", parseRawSMBIOS(rawSMBIOS(2, 5, smbiosTable())).uuid)
	require.Zero(t, parseRawSMBIOS(nil))
	require.Zero(t, parseRawSMBIOS(rawSMBIOS(3, 0, nil)))
	require.Zero(t, parseRawSMBIOS(rawSMBIOS(3, 0, []byte{1, 200, 0, 0, 1, 0, 0})))

	raw := rawSMBIOS(3, 2, smbiosTable())
	for n := range raw {
		cut := parseRawSMBIOS(raw[:n])
		require.Subset(t, append(s.identities(), ""), append(cut.identities(), ""))
	}
}

// descriptor builds a STORAGE_DEVICE_DESCRIPTOR.
func descriptor(serial string, bus uint32, removable byte) []byte {
	d := make([]byte, 64, 64+len(serial)+1)
	binary.LittleEndian.PutUint32(d[0:], 64)
	binary.LittleEndian.PutUint32(d[4:], uint32(64+len(serial)+1))
	d[descriptorRemovable] = removable
	binary.LittleEndian.PutUint32(d[descriptorSerial:], 64)
	binary.LittleEndian.PutUint32(d[descriptorBus:], bus)
	return append(append(d, serial...), 0)
}

func TestStorageDescriptor(t *testing.T) {
	t.Parallel()
	const sata, nvme = 11, 17
	require.Equal(t, "WD-WCC4E1234567", diskSerial(descriptor("WD-WCC4E1234567", sata, 0)))
	require.Equal(t, "S4EWNX0M123456 ", diskSerial(descriptor("S4EWNX0M123456 ", nvme, 0)))
	require.Empty(t, diskSerial(descriptor("STICK001", busUSB, 0)))
	require.Empty(t, diskSerial(descriptor("VHD00001", busFileBackedVirtual, 0)))
	require.Empty(t, diskSerial(descriptor("CARD0001", sata, 1)))
	none := descriptor("X", sata, 0)
	binary.LittleEndian.PutUint32(none[descriptorSerial:], 0)
	require.Empty(t, diskSerial(none))
	binary.LittleEndian.PutUint32(none[descriptorSerial:], 0xffffffff)
	require.Empty(t, diskSerial(none), "old systems write -1 for none")
	whole := descriptor("WD-WCC4E1234567", sata, 0)
	for n := range whole {
		require.True(t, strings.HasPrefix("WD-WCC4E1234567", diskSerial(whole[:n])))
	}
}

func TestUnitSerial(t *testing.T) {
	t.Parallel()
	require.Equal(t, "WD-1", string(unitSerial([]byte("\x00\x80\x00\x04WD-1trailing"))))
	require.Equal(t, "WD", string(unitSerial([]byte("\x00\x80\x00\x04WD"))))
	for _, page := range []string{"", "\x00\x80\x00", "\x00\x83\x00\x04WD-1"} {
		require.Empty(t, unitSerial([]byte(page)))
	}
}

// ifRow builds a MIB_IF_ROW2.
func ifRow(alias string, address, permanent net.HardwareAddr, kind uint32, flags byte) []byte {
	row := make([]byte, ifRowSize)
	for i, c := range utf16.Encode([]rune(alias)) {
		binary.LittleEndian.PutUint16(row[28+2*i:], c)
	}
	binary.LittleEndian.PutUint32(row[ifAddressLength:], uint32(len(address)))
	copy(row[1060:], address)
	copy(row[ifPermanent:], permanent)
	binary.LittleEndian.PutUint32(row[ifType:], kind)
	row[ifFlags] = flags
	return row
}

func TestInterfaceTable(t *testing.T) {
	t.Parallel()
	burnt := net.HardwareAddr{0x8c, 0x16, 0x45, 0xaa, 0xbb, 0x01}
	random := net.HardwareAddr{0x3a, 1, 2, 3, 4, 5}
	rows := slices.Concat(
		ifRow("Ethernet", burnt, burnt, ifTypeEthernet, 5),
		ifRow("Wi-Fi", random, net.HardwareAddr{0x8c, 0x16, 0x45, 0xaa, 0xbb, 0x02}, ifTypeWiFi, 5),
		ifRow("vEthernet (Default Switch)", burnt, net.HardwareAddr{0, 0x15, 0x5d, 1, 2, 3}, ifTypeEthernet, 0),
		ifRow("Loopback", nil, nil, 24, 0),
		ifRow("Mobile", burnt, random, ifTypeEthernet, 5),
		[]byte("half a row"),
	)
	require.Equal(t, []string{"8c:16:45:aa:bb:01", "8c:16:45:aa:bb:02"}, tableCards(rows))
	require.Empty(t, tableCards(nil))
}

const recordedKenv = "smbios.bios.vendor=LENOVO\x00smbios.system.maker=\"LENOVO\"\x00smbios.system.product=ThinkStation P330\x00" +
	"smbios.system.uuid=4c4c4544-0042-3510-8053-b4c04f4d3732\x00smbios.planar.serial=L1HF8C1003T\x00smbios.system.serial=To be filled by O.E.M.\x00junk\x00"

func TestKenv(t *testing.T) {
	t.Parallel()
	s := kenvSMBIOS([]byte(recordedKenv))
	require.Equal(t, "LENOVO", s.systemVendor)
	require.Equal(t, []string{"uuid:4c4c4544-0042-3510-8053-b4c04f4d3732", "board:l1hf8c1003t"}, s.identities())
	require.Empty(t, kenvSMBIOS(nil).identities())
}

func TestGeom(t *testing.T) {
	t.Parallel()
	const xml = `<mesh>
  <class id="0xf1"><name>PART</name><geom id="0x1"><name>ada0</name><config><ident>PARTIDENT</ident></config></geom></class>
  <class id="0xf2">
    <name>DISK</name>
    <geom id="0x2"><class ref="0xf2"/><name>ada0</name><provider id="0x3"><geom ref="0x2"/><name>ada0</name><config><ident>WD-WCC4E1234567</ident></config></provider></geom>
    <geom id="0x4"><class ref="0xf2"/><name>da0</name><provider id="0x5"><name>da0</name><config><ident>STICK001</ident></config></provider></geom>
    <geom id="0x6"><class ref="0xf2"/><name>nda0</name><provider id="0x7"><name>nda0</name><config><ident>S4EWNX0M123456</ident></config></provider></geom>
  </class>
</mesh>`
	require.Equal(t, []string{"disk:wd-wcc4e1234567", "disk:s4ewnx0m123456"}, geomDisks(xml))
	for n := range xml {
		for _, value := range geomDisks(xml[:n]) {
			require.Contains(t, []string{"disk:wd-wcc4e1234567", "disk:s4ewnx0m123456"}, value)
		}
	}
}

const (
	armBlock = "processor\t: 0\nBogoMIPS\t: 108.00\nCPU implementer\t: 0x41\nCPU architecture: 8\nCPU variant\t: 0x0\nCPU part\t: 0xd08\nCPU revision\t: 3\n\nprocessor\t: 1\nCPU part\t: 0xd03\n\nSerial\t\t: 10000000a1b2c3d4\n"
	s390     = "vendor_id       : IBM/S390\n# processors    : 2\nbogomips per cpu: 3241.00\n"
)

func TestCPUInfo(t *testing.T) {
	t.Parallel()
	require.Equal(t, "CPU implementer=0x41|CPU architecture=8|CPU variant=0x0|CPU part=0xd08|CPU revision=3", cpuModel(armBlock))
	require.Equal(t, "vendor_id=IBM/S390", cpuModel(s390))
	require.Empty(t, cpuModel(""))
	require.Empty(t, cpuModel("\n\n"))
	later := strings.NewReplacer("800.021", "4100.9", "0xf4", "0xfa", "siblings	: 12", "siblings	: 6").Replace(xeonBlock)
	require.Equal(t, cpuModel(xeonBlock), cpuModel(later), "clock, microcode and hyper-threading are no identity")
	require.False(t, cpuHypervisor(xeonBlock))
	require.True(t, cpuHypervisor("flags\t: fpu hypervisor msr\n"))
	require.False(t, cpuHypervisor("flags\t: fpu hypervisors msr\n"))
}

func TestFiller(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{
		"", " ", "To be filled by O.E.M.", "TO BE FILLED BY O.E.M. ", "Default string", "None", "NONE", "0", "00000000",
		"Not Specified", "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF", "00000000-0000-0000-0000-000000000000", "........",
		"03000200-0400-0500-0006-000700080009", "System Serial Number", "123456789", "xxxxxxx", "QM00001", "\x00\x00",
		"t10.ATA     QEMU HARDDISK                           QM00002", "N/A",
	} {
		require.Empty(t, identity(raw), "%q", raw)
	}
	for raw, want := range map[string]string{
		" PF2XKABC\n": "pf2xkabc", "10": "10", "WD-QM000011": "wd-qm000011", "a\x00b": "a b", "é1": "é1",
	} {
		require.Equal(t, want, identity(raw))
	}
}

func TestCardAddress(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"8c:16:45:aa:bb:01":       "8c:16:45:aa:bb:01",
		"00:50:56:12:34:56":       "00:50:56:12:34:56", // a VMware guest's own
		"00:50:56:c0:00:08":       "",                  // VMware's on the host
		"02:42:ac:11:00:02":       "",                  // Docker
		"52:54:00:12:34:56":       "",                  // QEMU
		"01:00:5e:00:00:01":       "",
		"ff:ff:ff:ff:ff:ff":       "",
		"00:00:00:00:00:00":       "",
		"00:05:9a:3c:7a:00":       "",
		"00:11:22:33:44:55:66:77": "",
	} {
		address, err := net.ParseMAC(text)
		require.NoError(t, err)
		require.Equal(t, want, cardAddress(address), text)
	}
	require.Empty(t, cardAddress(nil))

	list := []net.Interface{
		{Name: "en0", HardwareAddr: net.HardwareAddr{0x8c, 1, 2, 3, 4, 5}},
		{Name: "en1", HardwareAddr: net.HardwareAddr{0x36, 1, 2, 3, 4, 5}},
		{Name: "bridge0", HardwareAddr: net.HardwareAddr{0x8c, 1, 2, 3, 4, 6}},
		{Name: "lo0", Flags: net.FlagLoopback},
		{Name: "en", HardwareAddr: net.HardwareAddr{0x8c, 1, 2, 3, 4, 7}},
	}
	got := interfaceCards(list, func(name string) bool { return namedLike(name, "en") })
	require.Equal(t, []string{"8c:01:02:03:04:05"}, got)
}

func TestHostName(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"WS7.Acme.Example.\n": "ws7.acme.example", "ws7": "ws7", "localhost": "", "localhost.localdomain": "", "(none)": "", "": "",
	} {
		require.Equal(t, want, hostName(raw))
	}
}

func FuzzSMBIOS(f *testing.F) {
	f.Add(rawSMBIOS(3, 2, smbiosTable()))
	f.Fuzz(func(t *testing.T, raw []byte) {
		s := parseRawSMBIOS(raw)
		for _, value := range s.identities() {
			_, bare, ok := strings.Cut(value, ":")
			require.True(t, ok && bare == identity(bare) && bare != "", "%q", value)
		}
		s.platform()
	})
}

func FuzzCPUInfo(f *testing.F) {
	f.Add(xeonBlock)
	f.Add(armBlock)
	f.Add(s390)
	f.Fuzz(func(t *testing.T, text string) {
		model := cpuModel(text)
		require.NotContains(t, model, "\n")
		if model != "" {
			require.Equal(t, model, cpuModel(text+"\n\nprocessor\t: 9\nmodel\t: other\n"), "other processors do not count")
		}
		cpuHypervisor(text)
	})
}

func FuzzStorageDescriptor(f *testing.F) {
	f.Add(descriptor("WD-WCC4E1234567", 11, 0))
	f.Add([]byte("\x00\x80\x00\x04WD-1"))
	f.Fuzz(func(t *testing.T, b []byte) {
		require.NotContains(t, diskSerial(b), "\x00")
		require.LessOrEqual(t, len(unitSerial(b)), max(0, len(b)-4))
		tableCards(b)
	})
}
