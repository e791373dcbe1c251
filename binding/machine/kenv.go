package machine

import "strings"

// parseKenv reads the dump of FreeBSD's kenv(2): name=value, each ending in a
// zero byte.
func parseKenv(dump []byte) map[string]string {
	found := map[string]string{}
	for entry := range strings.SplitSeq(string(dump), "\x00") {
		if name, value, ok := strings.Cut(entry, "="); ok {
			found[name] = strings.Trim(value, `"`)
		}
	}
	return found
}

// kenvSMBIOS is what the loader wrote down of the SMBIOS table.
func kenvSMBIOS(dump []byte) smbios {
	env := parseKenv(dump)
	return smbios{
		dmi: dmi{
			systemVendor: env["smbios.system.maker"],
			product:      env["smbios.system.product"],
			biosVendor:   env["smbios.bios.vendor"],
			boardVendor:  env["smbios.planar.maker"],
			chassisTag:   env["smbios.chassis.tag"],
		},
		uuid:         env["smbios.system.uuid"],
		systemSerial: env["smbios.system.serial"],
		boardSerial:  env["smbios.planar.serial"],
	}
}

// geomDisks takes the serial numbers of built-in disks from FreeBSD's sysctl
// kern.geom.confxml: in the class DISK each geom has a name and a provider with
// an ident. Disks named da may be on USB and are left out.
func geomDisks(xml string) []string {
	var values []string
	for class := range strings.SplitSeq(xml, "<class id=") {
		if name, _ := element(class, "name"); name != "DISK" {
			continue
		}
		for geom := range strings.SplitSeq(class, "<geom id=") {
			name, _ := element(geom, "name")
			ident, ok := element(geom, "ident")
			if ok && namedLike(name, "ada", "nda", "nvd", "vtbd", "mmcsd") {
				values = append(values, tagged("disk", ident)...)
			}
		}
	}
	return values
}

// element is the text of the first element of a name. The kernel writes
// elements without attributes on what is asked for here.
func element(xml, name string) (text string, ok bool) {
	_, rest, found := strings.Cut(xml, "<"+name+">")
	if !found {
		return "", false
	}
	text, _, ok = strings.Cut(rest, "</"+name+">")
	return text, ok
}
