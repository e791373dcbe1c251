package machine

import (
	"bytes"
	"net"
	"slices"
	"strings"
)

// identity normalises a serial number, UUID or the like: lower case, single
// blanks, no control characters. It is "" for filler, which many machines share.
func identity(raw string) string {
	clean := strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, raw)
	value := strings.ToLower(strings.Join(strings.Fields(clean), " "))
	if isFiller(value) {
		return ""
	}
	return value
}

// fillers are what makers of boards and hypervisors leave in place of an
// identity, as seen in the DMI tables of machines in the field.
var fillers = []string{
	"", "to be filled by o.e.m.", "to be filled by o.e.m", "o.e.m.", "oem", "default string", "default", "none", "null",
	"not specified", "not applicable", "not available", "not provided", "not present", "not set", "n/a", "na", "unknown", "undefined", "invalid",
	"empty", "system serial number", "system product name", "base board serial number", "board serial number",
	"chassis serial number", "type2 - board serial number", "serial number", "mb-1234567890", "no asset tag", "asset-1234567890",
	"0123456789", "1234567890", "123456789", "12345678", "0123456789abcdef", "sernum0", "standard", "persistent-disk-0",
	"03000200-0400-0500-0006-000700080009", "00020003-0004-0005-0006-000700080009", "12345678-1234-5678-90ab-cddeefaabbcc",
	"12345678-1234-1234-1234-123456789abc",
}

func isFiller(value string) bool {
	return slices.Contains(fillers, value) || isEmulated(value) || isUniform(value)
}

// isEmulated says whether it is the serial number that QEMU gives to its disks
// on every machine, QM00001 and so on, alone or at the end of a WWID.
func isEmulated(value string) bool {
	last := value[strings.LastIndexAny(value, " _-")+1:]
	number, found := strings.CutPrefix(last, "qm0000")
	return found && len(number) == 1
}

// isUniform says whether it repeats one character: "00000000", "xxxxx",
// "ffffffff-ffff-ffff-ffff-ffffffffffff", "....".
func isUniform(value string) bool {
	const separators = " -.:_/"
	bare := strings.Map(func(r rune) rune {
		if strings.ContainsRune(separators, r) {
			return -1
		}
		return r
	}, value)
	return bare == "" || strings.Trim(bare, bare[:1]) == ""
}

// tagged is a value with its kind before it, so that a board's serial number
// never meets a chassis's; none for filler.
func tagged(kind, raw string) []string {
	value := identity(raw)
	if value == "" {
		return nil
	}
	return []string{kind + ":" + value}
}

// virtualCards are addresses, or their beginnings, that are the same on every
// machine which has the software installed.
var virtualCards = [][]byte{
	{0x00, 0x50, 0x56, 0xc0, 0x00},       // VMware, host side
	{0x00, 0x05, 0x9a, 0x3c},             // Cisco AnyConnect
	{0x00, 0x09, 0x0f, 0xfe, 0x00, 0x01}, // FortiClient
	{0x00, 0x09, 0x0f, 0xaa, 0x00, 0x01}, // FortiClient
	{0x00, 0xff},                         // TAP-Windows
}

// cardAddress is a network card's address as an identity: "" when it is empty,
// a group's, locally administered (made up by software, as a container's, a
// randomised or most virtual machines' one), or one of virtualCards.
func cardAddress(address net.HardwareAddr) string {
	const group, local = 1, 2
	if len(address) != 6 || address[0]&(group|local) != 0 || bytes.Equal(address, make([]byte, 6)) {
		return ""
	}
	for _, prefix := range virtualCards {
		if bytes.HasPrefix(address, prefix) {
			return ""
		}
	}
	return address.String()
}

// interfaceCards takes the addresses of the interfaces whose names physical
// accepts, for systems where only names tell cards from bridges.
func interfaceCards(interfaces []net.Interface, physical func(name string) bool) []string {
	var values []string
	for _, i := range interfaces {
		if i.Flags&net.FlagLoopback == 0 && physical(i.Name) {
			values = append(values, one(cardAddress(i.HardwareAddr))...)
		}
	}
	return values
}

// namedLike accepts a name that is one of the prefixes and a number.
func namedLike(name string, prefixes ...string) bool {
	driver := strings.TrimRight(name, "0123456789")
	return driver != name && slices.Contains(prefixes, driver)
}

// globalAddresses takes the addresses by which others know the machine.
func globalAddresses(addrs []net.Addr) []string {
	var values []string
	for _, a := range addrs {
		if n, ok := a.(*net.IPNet); ok && n.IP.IsGlobalUnicast() {
			values = append(values, n.IP.String())
		}
	}
	return values
}

// hostName normalises a host's name; the names that every new installation has
// are none.
func hostName(raw string) string {
	name := strings.TrimSuffix(strings.ToLower(strings.TrimSpace(raw)), ".")
	if name == "(none)" || name == "localhost" || strings.HasPrefix(name, "localhost.") {
		return ""
	}
	return name
}

// uuidText formats a UUID, given in the order in which it is written.
func uuidText(u [16]byte) string {
	const digits = "0123456789abcdef"
	var b strings.Builder
	for i, c := range u {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			b.WriteByte('-')
		}
		b.WriteByte(digits[c>>4])
		b.WriteByte(digits[c&15])
	}
	return b.String()
}
