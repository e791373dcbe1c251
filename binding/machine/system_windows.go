package machine

import (
	"context"
	"encoding/binary"
	"errors"
	"strconv"
	"syscall"
	"unsafe"
)

var (
	kernel32 = syscall.NewLazyDLL("kernel32.dll")
	user32   = syscall.NewLazyDLL("user32.dll")
	iphlpapi = syscall.NewLazyDLL("iphlpapi.dll")

	procGetSystemFirmwareTable = kernel32.NewProc("GetSystemFirmwareTable")
	procGetComputerNameEx      = kernel32.NewProc("GetComputerNameExW")
	procGetSystemMetrics       = user32.NewProc("GetSystemMetrics")
	procGetIfTable2            = iphlpapi.NewProc("GetIfTable2")
	procFreeMibTable           = iphlpapi.NewProc("FreeMibTable")
)

func newSystem(getenv func(string) string) system {
	return system{
		components: map[string]ReadFunc{
			"machine": machineID,
			"board":   readBoard,
			"cpu":     readCPU,
			"disk":    readDisks,
			"mac":     readCards,
			"os":      readInstallation,
			"host":    readHost,
		},
		environment: func() Env {
			firmware, err := readSMBIOS()
			cloud, hypervisor := firmware.platform()
			return environmentOf(containerVariable(getenv), cloud, hypervisor, err)
		},
		hypervisor: func() (string, error) {
			firmware, err := readSMBIOS()
			_, hypervisor := firmware.platform()
			return hypervisor, err
		},
		remote: remoteSession,
	}
}

// machineID is the GUID that Windows made up when it was installed.
func machineID(context.Context) ([]string, error) {
	id, err := registryText(`SOFTWARE\Microsoft\Cryptography`, "MachineGuid")
	return tagged("id", id), err
}

func readInstallation(ctx context.Context) ([]string, error) {
	id, err := machineID(ctx)
	if len(id) == 0 {
		return nil, err
	}
	return []string{"windows/" + id[0]}, nil
}

// registryText reads a text of HKEY_LOCAL_MACHINE, from the 64-bit view
// whatever the process is, so that both read the same.
func registryText(key, name string) (string, error) {
	keyName, err := syscall.UTF16PtrFromString(key)
	if err != nil {
		return "", err
	}
	valueName, err := syscall.UTF16PtrFromString(name)
	if err != nil {
		return "", err
	}
	var handle syscall.Handle
	err = syscall.RegOpenKeyEx(syscall.HKEY_LOCAL_MACHINE, keyName, 0, syscall.KEY_READ|syscall.KEY_WOW64_64KEY, &handle)
	if err != nil {
		return "", err
	}
	defer syscall.RegCloseKey(handle)
	var buffer [256]uint16
	size, kind := uint32(len(buffer)*2), uint32(0)
	err = syscall.RegQueryValueEx(handle, valueName, nil, &kind, (*byte)(unsafe.Pointer(&buffer[0])), &size)
	if err != nil {
		return "", err
	}
	if kind != syscall.REG_SZ {
		return "", errors.ErrUnsupported
	}
	return syscall.UTF16ToString(buffer[:min(int(size/2), len(buffer))]), nil
}

func readSMBIOS() (smbios, error) {
	const provider, maxTable = 0x52534D42, 1 << 20 // 'RSMB'
	size, _, err := procGetSystemFirmwareTable.Call(provider, 0, 0, 0)
	if size == 0 || size > maxTable {
		return smbios{}, errors.Join(errors.ErrUnsupported, err)
	}
	buffer := make([]byte, size)
	read, _, err := procGetSystemFirmwareTable.Call(provider, 0, uintptr(unsafe.Pointer(&buffer[0])), size)
	if read == 0 || read > size {
		return smbios{}, errors.Join(errors.ErrUnsupported, err)
	}
	return parseRawSMBIOS(buffer[:read]), nil
}

func readBoard(context.Context) ([]string, error) {
	firmware, err := readSMBIOS()
	return firmware.identities(), err
}

func readCPU(context.Context) ([]string, error) {
	const key = `HARDWARE\DESCRIPTION\System\CentralProcessor\0`
	text := ""
	for _, name := range []string{"VendorIdentifier", "Identifier", "ProcessorNameString"} {
		value, err := registryText(key, name)
		if err != nil && !errors.Is(err, syscall.ERROR_FILE_NOT_FOUND) {
			return nil, err
		}
		text += "|" + value
	}
	return one(identity(text)), nil
}

const maxDrives = 32

// readDisks asks every drive for its descriptor, which needs no right to read
// from it.
func readDisks(context.Context) ([]string, error) {
	var found findings
	for i := range maxDrives {
		descriptor, err := driveDescriptor(`\\.\PhysicalDrive` + strconv.Itoa(i))
		found.add("disk", diskSerial(descriptor), err)
	}
	return found.values, found.err
}

func driveDescriptor(path string) ([]byte, error) {
	const queryProperty = 0x2D1400 // IOCTL_STORAGE_QUERY_PROPERTY
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return nil, err
	}
	handle, err := syscall.CreateFile(name, 0, syscall.FILE_SHARE_READ|syscall.FILE_SHARE_WRITE, nil, syscall.OPEN_EXISTING, 0, 0)
	if err != nil {
		return nil, err
	}
	defer syscall.CloseHandle(handle)
	var query [12]byte // STORAGE_PROPERTY_QUERY: StorageDeviceProperty, PropertyStandardQuery
	var descriptor [4096]byte
	var size uint32
	err = syscall.DeviceIoControl(handle, queryProperty, &query[0], uint32(len(query)),
		&descriptor[0], uint32(len(descriptor)), &size, nil)
	if err != nil {
		return nil, err
	}
	return descriptor[:min(int(size), len(descriptor))], nil
}

// readCards reads the interface table, which unlike package net tells cards
// from bridges and VPNs and knows the burnt-in address.
func readCards(context.Context) ([]string, error) {
	const header, maxRows = 8, 4096
	if procGetIfTable2.Find() != nil || procFreeMibTable.Find() != nil {
		return nil, errors.ErrUnsupported
	}
	var table *byte
	code, _, _ := procGetIfTable2.Call(uintptr(unsafe.Pointer(&table)))
	if code != 0 {
		return nil, syscall.Errno(code)
	}
	defer procFreeMibTable.Call(uintptr(unsafe.Pointer(table)))
	count := binary.LittleEndian.Uint32(unsafe.Slice(table, header))
	rows := unsafe.Slice(table, header+min(count, maxRows)*ifRowSize)[header:]
	return tableCards(rows), nil
}

func readHost(context.Context) ([]string, error) {
	const fullyQualified = 3 // ComputerNameDnsFullyQualified
	var buffer [1024]uint16
	size := uint32(len(buffer))
	ok, _, err := procGetComputerNameEx.Call(fullyQualified, uintptr(unsafe.Pointer(&buffer[0])), uintptr(unsafe.Pointer(&size)))
	if ok == 0 {
		return nil, err
	}
	return one(hostName(syscall.UTF16ToString(buffer[:]))), nil
}

// currentUser is the user's SID.
func currentUser() (string, error) {
	token, err := syscall.OpenCurrentProcessToken()
	if err != nil {
		return "", err
	}
	defer token.Close()
	user, err := token.GetTokenUser()
	if err != nil {
		return "", err
	}
	sid, err := user.User.Sid.String()
	return "sid:" + sid, err
}

func remoteSession() (string, error) {
	const remoteSession = 0x1000 // SM_REMOTESESSION
	if procGetSystemMetrics.Find() != nil {
		return "", nil // a Windows without screens
	}
	if remote, _, _ := procGetSystemMetrics.Call(remoteSession); remote != 0 {
		return "rdp", nil
	}
	return "", nil
}
