package machine

import (
	"encoding/binary"
	"net"
)

// Offsets in Windows' MIB_IF_ROW2 (netioapi.h), the same on all its
// architectures, and what they hold.
const (
	ifRowSize       = 1352
	ifAddressLength = 1056
	ifPermanent     = 1092 // the burnt-in address, 32 bytes
	ifType          = 1128
	ifFlags         = 1152

	ifTypeEthernet, ifTypeWiFi = 6, 71
	ifFlagHardware             = 1 // no tunnel, bridge or VPN
)

// tableCards takes the burnt-in addresses of the hardware interfaces from the
// rows of a MIB_IF_TABLE2.
func tableCards(rows []byte) []string {
	var values []string
	for ; len(rows) >= ifRowSize; rows = rows[ifRowSize:] {
		kind := binary.LittleEndian.Uint32(rows[ifType:])
		length := binary.LittleEndian.Uint32(rows[ifAddressLength:])
		if kind != ifTypeEthernet && kind != ifTypeWiFi || rows[ifFlags]&ifFlagHardware == 0 || length != 6 {
			continue
		}
		values = append(values, one(cardAddress(net.HardwareAddr(rows[ifPermanent:ifPermanent+6])))...)
	}
	return values
}
