package machine

import (
	"bytes"
	"encoding/binary"
)

// unitSerial takes the serial number from a SCSI vital product data page 80h
// (SPC-4, 7.8.15): peripheral, page code, 16-bit big-endian length, serial
// number in ASCII. Nil when it is not that page.
func unitSerial(page []byte) []byte {
	const header, code = 4, 0x80
	if len(page) < header || page[1] != code {
		return nil
	}
	length := int(binary.BigEndian.Uint16(page[2:]))
	serial := page[header:]
	return serial[:min(length, len(serial))]
}

// Offsets in Windows' STORAGE_DEVICE_DESCRIPTOR (winioctl.h), little-endian.
const (
	descriptorRemovable = 10
	descriptorSerial    = 24 // the offset at which the serial number begins
	descriptorBus       = 28
	descriptorSize      = 36
)

// Buses of STORAGE_BUS_TYPE whose disks are no part of the machine.
const (
	busUSB               = 7
	busVirtual           = 14
	busFileBackedVirtual = 15
)

// diskSerial takes the serial number from a STORAGE_DEVICE_DESCRIPTOR: "" when
// the disk has none, is removable, virtual or on USB, or the bytes are no
// descriptor.
func diskSerial(descriptor []byte) string {
	if len(descriptor) < descriptorSize || descriptor[descriptorRemovable] != 0 {
		return ""
	}
	switch binary.LittleEndian.Uint32(descriptor[descriptorBus:]) {
	case busUSB, busVirtual, busFileBackedVirtual:
		return ""
	}
	offset := binary.LittleEndian.Uint32(descriptor[descriptorSerial:])
	if offset < descriptorSize || offset >= uint32(len(descriptor)) {
		return ""
	}
	serial, _, _ := bytes.Cut(descriptor[offset:], []byte{0})
	return string(serial)
}
