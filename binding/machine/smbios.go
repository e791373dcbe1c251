package machine

import (
	"bytes"
	"encoding/binary"
)

// smbios is what an SMBIOS table says of the machine. Strings are as the
// firmware has them, filler included.
type smbios struct {
	dmi
	uuid, systemSerial, boardSerial string
}

// Structure types of the SMBIOS specification (DMTF DSP0134) and the offsets of
// what is read from them.
const (
	smbiosBIOS, smbiosSystem, smbiosBoard, smbiosChassis, smbiosEnd = 0, 1, 2, 3, 127

	biosVendor                                                  = 0x04
	systemVendor, systemProduct, systemSerialNumber, systemUUID = 0x04, 0x05, 0x07, 0x08
	boardVendor, boardSerialNumber                              = 0x04, 0x07
	chassisAssetTag                                             = 0x08

	rawHeader = 8 // bytes before the table in Windows' RawSMBIOSData
)

// parseRawSMBIOS reads what GetSystemFirmwareTable('RSMB') returns: a header of
// eight bytes, the version in the second and third, the table's length in the
// last four, and the table.
func parseRawSMBIOS(raw []byte) smbios {
	if len(raw) < rawHeader {
		return smbios{}
	}
	length := binary.LittleEndian.Uint32(raw[4:])
	table := raw[rawHeader:]
	if uint64(length) < uint64(len(table)) {
		table = table[:length]
	}
	// Since 2.6 the UUID's first three fields are little-endian.
	return parseSMBIOS(table, raw[1] > 2 || raw[1] == 2 && raw[2] >= 6)
}

// parseSMBIOS reads a table of structures: type, length of the formatted part,
// handle, formatted part, strings ending in zero each, one more zero. Of several
// structures of a type the first counts. A table that is cut yields what stood
// before the cut.
func parseSMBIOS(table []byte, swapped bool) smbios {
	var s smbios
	var seen [smbiosEnd + 1]bool
	for len(table) >= 4 {
		kind, length := table[0], int(table[1])
		if kind == smbiosEnd || length < 4 || length > len(table) {
			break
		}
		end := bytes.Index(table[length:], []byte{0, 0})
		if end < 0 {
			break
		}
		if kind < smbiosEnd && !seen[kind] {
			seen[kind] = true
			s.take(kind, structure{table[:length], table[length : length+end]}, swapped)
		}
		table = table[length+end+2:]
	}
	return s
}

func (s *smbios) take(kind byte, t structure, swapped bool) {
	switch kind {
	case smbiosBIOS:
		s.biosVendor = t.text(biosVendor)
	case smbiosSystem:
		s.systemVendor, s.product = t.text(systemVendor), t.text(systemProduct)
		s.systemSerial, s.uuid = t.text(systemSerialNumber), t.uuid(systemUUID, swapped)
	case smbiosBoard:
		s.boardVendor, s.boardSerial = t.text(boardVendor), t.text(boardSerialNumber)
	case smbiosChassis:
		s.chassisTag = t.text(chassisAssetTag)
	}
}

// identities are the values of the component "board".
func (s smbios) identities() []string {
	values := tagged("uuid", s.uuid)
	values = append(values, tagged("board", s.boardSerial)...)
	return append(values, tagged("system", s.systemSerial)...)
}

type structure struct{ formatted, strings []byte }

// text is the string whose number, from 1, stands at offset.
func (t structure) text(offset int) string {
	if offset >= len(t.formatted) || t.formatted[offset] == 0 {
		return ""
	}
	rest := t.strings
	for range t.formatted[offset] - 1 {
		_, after, found := bytes.Cut(rest, []byte{0})
		if !found {
			return ""
		}
		rest = after
	}
	text, _, _ := bytes.Cut(rest, []byte{0})
	return string(text)
}

func (t structure) uuid(offset int, swapped bool) string {
	if offset+16 > len(t.formatted) {
		return ""
	}
	u := [16]byte(t.formatted[offset:])
	if swapped {
		u[0], u[1], u[2], u[3] = u[3], u[2], u[1], u[0]
		u[4], u[5] = u[5], u[4]
		u[6], u[7] = u[7], u[6]
	}
	return uuidText(u)
}
