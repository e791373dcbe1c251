package machine

import (
	"slices"
	"strings"
)

// cpuKeys are the lines of /proc/cpuinfo that name a model of processor, on
// every architecture. Cores, clock, microcode, flags and serial numbers are
// not among them: they change with load, with the kernel, and with the next
// boot's first processor.
var cpuKeys = []string{
	"vendor_id", "cpu family", "model", "model name", "stepping", // x86, s390
	"CPU implementer", "CPU architecture", "CPU variant", "CPU part", "CPU revision", // ARM
	"cpu", "revision", // POWER
	"mvendorid", "marchid", "mimpid", // RISC-V
	"CPU Family", "Model Name", "CPU Revision", // LoongArch
}

const cpuFlags = "flags"

// cpuModel reads the first processor's block of /proc/cpuinfo, which may be cut
// anywhere after it. It returns "" when it names no model.
func cpuModel(text string) string {
	found := firstBlock(text)
	var words []string
	for _, key := range cpuKeys {
		if value := found[key]; value != "" {
			words = append(words, key+"="+value)
		}
	}
	return strings.Join(words, "|")
}

// cpuHypervisor says whether the processor shows that it is a virtual one. Only
// x86 has such a flag.
func cpuHypervisor(text string) bool {
	for flag := range strings.FieldsSeq(firstBlock(text)[cpuFlags]) {
		if flag == "hypervisor" {
			return true
		}
	}
	return false
}

// firstBlock takes the lines that count from the first block.
func firstBlock(text string) map[string]string {
	found := map[string]string{}
	begun := false
	for line := range strings.SplitSeq(text, "\n") {
		key, value, ok := strings.Cut(line, ":")
		if !ok && begun && strings.TrimSpace(line) == "" {
			break
		}
		key = strings.TrimSpace(key)
		if begun = begun || ok; !ok || key != cpuFlags && !slices.Contains(cpuKeys, key) {
			continue
		}
		if _, twice := found[key]; !twice {
			found[key] = strings.TrimSpace(value)
		}
	}
	return found
}
