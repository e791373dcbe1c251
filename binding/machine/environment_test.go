package machine

import (
	"errors"
	"io/fs"
	"maps"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/latchkey-go/latchkey/binding"
)

func TestEnvironment(t *testing.T) {
	t.Parallel()
	plus := func(tree, more fstest.MapFS) fstest.MapFS {
		maps.Copy(tree, more)
		return tree
	}
	firmware := func(vendor, product, tag string) fstest.MapFS {
		return plus(bareMetal(), fstest.MapFS{
			"sys/class/dmi/id/sys_vendor":        file(vendor),
			"sys/class/dmi/id/product_name":      file(product),
			"sys/class/dmi/id/bios_vendor":       file(vendor),
			"sys/class/dmi/id/chassis_asset_tag": file(tag),
		})
	}
	flagged := file(strings.Replace(xeonBlock, "msr\n", "msr hypervisor\n", 1))
	for name, c := range map[string]struct {
		tree      fs.FS
		variables []string
		kind      Kind
		what      string
		scheme    string
	}{
		"bare metal":        {bareMetal(), nil, BareMetal, "", "workstation"},
		"bare metal, user":  {asUser{bareMetal()}, nil, BareMetal, "", "desktop"},
		"QEMU":              {virtualMachine(), nil, VirtualMachine, "kvm", "vm"},
		"docker":            {containerTree(), nil, Container, "docker", "container"},
		"EC2":               {cloudInstance(), nil, Cloud, "aws", "cloud"},
		"nothing":           {fstest.MapFS{}, nil, Unknown, "", "machine"},
		"kubernetes":        {containerTree(), []string{"KUBERNETES_SERVICE_HOST", "10.0.0.1"}, Container, "kubernetes", "container"},
		"docker on EC2":     {plus(cloudInstance(), fstest.MapFS{".dockerenv": file("")}), nil, Container, "docker", "container"},
		"podman":            {plus(bareMetal(), fstest.MapFS{"run/.containerenv": file("engine=\"podman\"")}), nil, Container, "podman", "container"},
		"systemd's file":    {plus(bareMetal(), fstest.MapFS{"run/systemd/container": file("lxc\n")}), nil, Container, "lxc", "container"},
		"variable":          {bareMetal(), []string{"container", "oci"}, Container, "oci", "container"},
		"init's variable":   {plus(bareMetal(), fstest.MapFS{"proc/1/environ": file("PATH=/bin\x00container=lxc\x00")}), nil, Container, "lxc", "container"},
		"control group":     {plus(bareMetal(), fstest.MapFS{"proc/1/cgroup": file("0::/kubepods/besteffort/pod1/abc\n")}), nil, Container, "kubernetes", "container"},
		"mounts":            {plus(bareMetal(), fstest.MapFS{"proc/self/mountinfo": file("500 499 8:1 /var/lib/docker/containers/abc/hostname /etc/hostname rw - ext4 /dev/sda1 rw\n")}), nil, Container, "docker", "container"},
		"VMware":            {firmware("VMware, Inc.", "VMware7,1", ""), nil, VirtualMachine, "vmware", "vm"},
		"VirtualBox":        {firmware("innotek GmbH", "VirtualBox", ""), nil, VirtualMachine, "virtualbox", "vm"},
		"Hyper-V":           {firmware("Microsoft Corporation", "Virtual Machine", ""), nil, VirtualMachine, "hyper-v", "vm"},
		"Azure":             {firmware("Microsoft Corporation", "Virtual Machine", azureTag), nil, Cloud, "azure", "cloud"},
		"Surface":           {firmware("Microsoft Corporation", "Surface Pro", ""), nil, BareMetal, "", "workstation"},
		"Xen":               {firmware("Xen", "HVM domU", ""), nil, VirtualMachine, "xen", "vm"},
		"Xenon Systems":     {firmware("Xenon Systems", "RADON Duo", ""), nil, BareMetal, "", "workstation"},
		"ARM guest":         {plus(bareMetal(), fstest.MapFS{"sys/firmware/devicetree/base/hypervisor/compatible": file("linux,kvm\x00")}), nil, VirtualMachine, "kvm", "vm"},
		"Google":            {firmware("Google", "Google Compute Engine", ""), nil, Cloud, "gcp", "cloud"},
		"Chromebook":        {firmware("Google", "Eve", ""), nil, BareMetal, "", "workstation"},
		"Hetzner":           {firmware("Hetzner", "vServer", ""), nil, Cloud, "hetzner", "cloud"},
		"DigitalOcean":      {firmware("DigitalOcean", "Droplet", ""), nil, Cloud, "digitalocean", "cloud"},
		"Oracle":            {firmware("QEMU", "Standard PC", "OracleCloud.com"), nil, Cloud, "oracle", "cloud"},
		"EC2, whole server": {firmware("Amazon EC2", "m5.metal", ""), nil, Cloud, "aws", "cloud"},
		"flag only":         {fstest.MapFS{"proc/cpuinfo": flagged}, nil, VirtualMachine, "hypervisor", "vm"},
		"no firmware":       {fstest.MapFS{"proc/cpuinfo": file(xeonBlock)}, nil, BareMetal, "", "workstation"},
		"WSL":               {fstest.MapFS{"proc/cpuinfo": flagged, "proc/sys/kernel/osrelease": file("5.15.90.1-microsoft-standard-WSL2")}, nil, VirtualMachine, "wsl", "vm"},
		"Xen guest":         {fstest.MapFS{"proc/cpuinfo": flagged, "sys/hypervisor/type": file("xen\n")}, nil, VirtualMachine, "xen", "vm"},
		"Xen host":          {plus(bareMetal(), fstest.MapFS{"sys/hypervisor/type": file("xen\n"), "proc/xen/capabilities": file("control_d\n")}), nil, BareMetal, "", "workstation"},
	} {
		m := on(c.tree, variables(c.variables...))
		env := m.Environment()
		require.Equal(t, Env{c.kind, c.what, c.scheme, env.Advice}, env, name)
		line, ok := binding.Named(env.Scheme)
		require.True(t, ok, name)
		require.Contains(t, env.Advice, line, name)
		require.Equal(t, env, m.Environment())
	}
}

// A scheme that is advised can be bound where it is advised.
func TestAdviceFits(t *testing.T) {
	t.Parallel()
	for name, tree := range map[string]fs.FS{
		"bare metal": bareMetal(), "bare metal, user": asUser{bareMetal()},
		"virtual machine": virtualMachine(), "virtual machine, user": asUser{virtualMachine()},
		"container": containerTree(), "cloud": cloudInstance(),
	} {
		m := on(tree, WithInstance("pod-7"))
		line, _ := binding.Named(m.Environment().Scheme)
		data := bindTo(t, m, line)
		require.NoError(t, m.MatchBinding(line, data), name)
	}
}

func TestVirtualMachine(t *testing.T) {
	t.Parallel()
	for want, tree := range map[string]fs.FS{"": bareMetal(), "kvm": cloudInstance()} {
		what, err := on(tree).VirtualMachine()
		require.NoError(t, err)
		require.Equal(t, want, what)
	}
	_, err := on(fstest.MapFS{}).VirtualMachine()
	require.ErrorIs(t, err, errors.ErrUnsupported)
}

func TestRemoteSession(t *testing.T) {
	t.Parallel()
	for variable, want := range map[string]string{
		"": "", "SSH_CONNECTION": "ssh", "SSH_TTY": "ssh", "XRDP_SESSION": "rdp", "X2GO_SESSION": "x2go", "VNCDESKTOP": "vnc",
	} {
		what, err := on(bareMetal(), variables(variable, "x")).RemoteSession()
		require.NoError(t, err)
		require.Equal(t, want, what, variable)
	}
}

func TestThisEnvironment(t *testing.T) {
	t.Parallel()
	env := Environment()
	require.NotEmpty(t, env.Kind)
	require.NotEmpty(t, env.Advice)
}
