package machine

import (
	"errors"
	"io/fs"
	"strings"
)

func (t tree) environment() Env {
	container := t.container()
	if container != "" {
		return environmentOf(container, "", "", nil)
	}
	cloud, hypervisor, err := t.platform()
	env := environmentOf("", cloud, hypervisor, err)
	if env.Kind == BareMetal && !t.boardReadable() {
		env.Scheme = "desktop"
	}
	return env
}

// boardReadable says whether this process may read the board's identity.
func (t tree) boardReadable() bool {
	_, err := t.text("sys/class/dmi/id/product_uuid")
	return !errors.Is(err, fs.ErrPermission)
}

func (t tree) hypervisor() (string, error) {
	_, hypervisor, err := t.platform()
	return hypervisor, err
}

// container names the container, by the environment, by the files that the
// engines leave, and by the names of control groups and mounts.
func (t tree) container() string {
	if name := containerVariable(t.getenv); name != "" {
		return name
	}
	for _, mark := range []struct{ file, what string }{
		{".dockerenv", "docker"},
		{"run/.containerenv", "podman"},
		{"run/systemd/container", ""},
	} {
		content, err := t.text(mark.file)
		switch {
		case err != nil:
		case mark.what != "":
			return mark.what
		case content != "":
			return content
		}
	}
	for word := range strings.SplitSeq(t.attribute("proc/1/environ"), "\x00") {
		if name, ok := strings.CutPrefix(word, "container="); ok && name != "" {
			return name
		}
	}
	if name := engineIn(t.attribute("proc/1/cgroup")); name != "" {
		return name
	}
	mounts, err := readFile(t.files, "proc/self/mountinfo", maxTable)
	if err != nil {
		return ""
	}
	return engineInMounts(string(mounts))
}

// engines by what they call control groups and the files they mount.
var engines = []struct{ mark, what string }{
	{"/kubepods", "kubernetes"},
	{"/kubelet/pods/", "kubernetes"},
	{"/docker/", "docker"},
	{"/docker-", "docker"},
	{"/libpod", "podman"},
	{"/containers/storage/overlay-containers/", "podman"},
	{"/containerd/", "containerd"},
	{"/lxc/", "lxc"},
	{"/lxc.payload", "lxc"},
	{"/machine.slice/machine-", "systemd-nspawn"},
}

func engineIn(text string) string {
	for _, engine := range engines {
		if strings.Contains(text, engine.mark) {
			return engine.what
		}
	}
	return ""
}

// engineInMounts looks at what is mounted on / and on the files that engines
// supply. Other mounts do not count: the host itself mounts its containers'
// file systems.
func engineInMounts(mountinfo string) string {
	for line := range strings.SplitSeq(mountinfo, "\n") {
		fields := strings.Fields(line)
		if len(fields) < 5 {
			continue
		}
		switch fields[4] {
		case "/", "/etc/hostname", "/etc/hosts", "/etc/resolv.conf":
			if name := engineIn(line); name != "" {
				return name
			}
		}
	}
	return ""
}

// platform names the cloud and the hypervisor. The error says that nothing of
// this could be read.
func (t tree) platform() (cloud, hypervisor string, err error) {
	cpu, err := readFile(t.files, "proc/cpuinfo", maxCPUInfo)
	id := "sys/class/dmi/id/"
	firmware := dmi{
		systemVendor: t.attribute(id + "sys_vendor"),
		product:      t.attribute(id + "product_name"),
		biosVendor:   t.attribute(id + "bios_vendor"),
		boardVendor:  t.attribute(id + "board_vendor"),
		chassisTag:   t.attribute(id + "chassis_asset_tag"),
	}
	cloud, hypervisor = firmware.platform()
	switch {
	case strings.Contains(strings.ToLower(t.attribute("proc/sys/kernel/osrelease")), "microsoft"):
		hypervisor = "wsl"
	case t.attribute("sys/hypervisor/type") == "xen":
		hypervisor = t.xen()
	case t.attribute("sys/firmware/devicetree/base/hypervisor/compatible") != "":
		hypervisor = "kvm"
	case hypervisor == "" && cpuHypervisor(string(cpu)):
		hypervisor = "hypervisor"
	}
	if firmware != (dmi{}) || hypervisor != "" {
		err = nil
	} else if err != nil {
		err = errors.ErrUnsupported
	}
	return cloud, hypervisor, err
}

// xen is "" on the host of the guests, which has the hardware.
func (t tree) xen() string {
	if strings.Contains(t.attribute("proc/xen/capabilities"), "control_d") {
		return ""
	}
	return "xen"
}
