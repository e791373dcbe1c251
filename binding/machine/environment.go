package machine

import (
	"strings"

	"github.com/latchkey-go/latchkey/binding"
)

// A Kind is a kind of machine.
type Kind string

// The kinds, from the outside in: a container in a virtual machine in the
// cloud is a Container.
const (
	Unknown        Kind = "unknown"
	BareMetal      Kind = "bare metal"
	VirtualMachine Kind = "virtual machine"
	Cloud          Kind = "cloud"
	Container      Kind = "container"
)

// An Env says what kind of machine this is.
type Env struct {
	Kind Kind
	// Name is such as "docker", "kubernetes", "aws", "kvm", "hyper-v"; "" on
	// bare metal.
	Name string
	// Scheme is the ready-made scheme that fits, by its name for
	// [binding.Named].
	Scheme string
	// Advice is a sentence for the person who sets the licence up.
	Advice string
}

// Environment says what the machine at hand is.
func Environment() Env { return New("").Environment() }

// Environment says what this machine is and which binding scheme fits it. It
// reads files and the environment only and is sure of nothing: a machine that
// hides its hypervisor is bare metal to it.
func (m *Machine) Environment() Env {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.env == nil {
		env := m.system.environment().advised()
		m.env = &env
	}
	return *m.env
}

func (e Env) advised() Env {
	switch e.Kind {
	case Container:
		e.Scheme = "container"
		e.Advice = "hardware and machine id are shared or new at each start: give each installation an identity of its own in " +
			InstanceVariable + " or " + InstanceFileVariable + " and bind to \"" + binding.SchemeInstance + "\""
	case Cloud:
		e.Scheme = "cloud"
		e.Advice = "instances are replaced and cloned: give each installation an identity of its own in " +
			InstanceVariable + " or " + InstanceFileVariable + " and bind to \"" + binding.SchemeInstance +
			"\", or bind one that stays to \"" + binding.SchemeVM + "\""
	case VirtualMachine:
		e.Scheme = "vm"
		e.Advice = "network card and disk are the hypervisor's: bind to \"" + binding.SchemeVM + "\""
	case BareMetal:
		if e.Scheme == "" {
			e.Scheme = "workstation"
		}
		line, _ := binding.Named(e.Scheme)
		e.Advice = "bind to the hardware: \"" + line + "\""
	default:
		e.Kind, e.Scheme = Unknown, "machine"
		e.Advice = "this system does not say what it is: bind to \"" + binding.SchemeMachine +
			"\", or where there is no machine id, to \"" + binding.SchemeInstance + "\""
	}
	return e
}

// VirtualMachine names the hypervisor on which the machine runs, such as "kvm",
// "vmware", "hyper-v", "xen" or "virtualbox", or just "hypervisor"; "" when none
// shows itself. The error is errors.ErrUnsupported where nothing can be known.
func (m *Machine) VirtualMachine() (what string, err error) {
	return m.system.hypervisor()
}

// RemoteSession says by what the user sits before another machine than this
// one: "ssh", "rdp", "vnc", "x2go"; "" when nothing shows it. It goes by the
// environment of the process, and on Windows by the system: a program that
// cleans its environment (sudo does) hides it.
func (m *Machine) RemoteSession() (what string, err error) {
	for _, v := range []struct{ variable, what string }{
		{"SSH_CONNECTION", "ssh"}, {"SSH_CLIENT", "ssh"}, {"SSH_TTY", "ssh"},
		{"XRDP_SESSION", "rdp"}, {"X2GO_SESSION", "x2go"}, {"VNCDESKTOP", "vnc"},
	} {
		if m.getenv(v.variable) != "" {
			return v.what, nil
		}
	}
	if m.system.remote != nil {
		return m.system.remote()
	}
	return "", nil
}

// containerVariable names the container by the environment variables that
// orchestrators set.
func containerVariable(getenv func(string) string) string {
	for _, v := range []struct{ variable, what string }{
		{"KUBERNETES_SERVICE_HOST", "kubernetes"},
		{"ECS_CONTAINER_METADATA_URI_V4", "ecs"}, {"ECS_CONTAINER_METADATA_URI", "ecs"},
		{"AWS_LAMBDA_FUNCTION_NAME", "lambda"},
		{"K_REVISION", "cloud-run"},
		{"CONTAINER_SANDBOX_MOUNT_POINT", "windows"},
	} {
		if getenv(v.variable) != "" {
			return v.what
		}
	}
	return getenv("container") // systemd's convention: "podman", "lxc", "systemd-nspawn"
}

// environmentOf puts the findings in order.
func environmentOf(container, cloud, hypervisor string, err error) Env {
	switch {
	case container != "":
		return Env{Kind: Container, Name: container}
	case cloud != "":
		return Env{Kind: Cloud, Name: cloud}
	case hypervisor != "":
		return Env{Kind: VirtualMachine, Name: hypervisor}
	case err != nil:
		return Env{Kind: Unknown}
	}
	return Env{Kind: BareMetal}
}

// dmi is what the firmware says of its maker, which every user may read.
type dmi struct{ systemVendor, product, biosVendor, boardVendor, chassisTag string }

// azureTag is the chassis asset tag of every machine in Microsoft's cloud.
const azureTag = "7783-7084-3265-9085-8269-3286-77"

// platforms tells clouds and hypervisors by the maker's names. The first that
// fits counts; vendor is how one of the three vendors' names begins, product
// stands anywhere in the product's name, and an empty one fits everything.
var platforms = []struct{ vendor, product, cloud, hypervisor string }{
	{"amazon ec2", "", "aws", "kvm"},
	{"", "google compute engine", "gcp", "kvm"},
	{"digitalocean", "", "digitalocean", "kvm"},
	{"hetzner", "vserver", "hetzner", "kvm"},
	{"alibaba cloud", "", "alibaba", "kvm"},
	{"tencent cloud", "", "tencent", "kvm"},
	{"huawei cloud", "", "huawei", "kvm"},
	{"linode", "", "linode", "kvm"},
	{"akamai", "", "linode", "kvm"},
	{"vultr", "", "vultr", "kvm"},
	{"scaleway", "", "scaleway", "kvm"},
	{"upcloud", "", "upcloud", "kvm"},
	{"exoscale", "", "exoscale", "kvm"},
	{"openstack", "", "openstack", "kvm"},
	{"", "openstack", "openstack", "kvm"},
	{"microsoft corporation", "virtual machine", "", "hyper-v"},
	{"vmware", "", "", "vmware"},
	{"innotek gmbh", "", "", "virtualbox"},
	{"", "virtualbox", "", "virtualbox"},
	{"parallels", "", "", "parallels"},
	{"xen", "", "", "xen"},
	{"bhyve", "", "", "bhyve"},
	{"", "bhyve", "", "bhyve"},
	{"nutanix", "ahv", "", "kvm"},
	{"apple inc.", "apple virtualization", "", "apple"},
	{"qemu", "", "", "kvm"},
	{"", "kvm", "", "kvm"},
	{"ovirt", "", "", "kvm"},
	{"red hat", "rhev", "", "kvm"},
	{"cloud hypervisor", "", "", "kvm"},
}

// platform names the cloud and the hypervisor, as far as the firmware tells.
func (d dmi) platform() (cloud, hypervisor string) {
	product := strings.ToLower(d.product)
	for _, p := range platforms {
		if d.madeBy(p.vendor) && strings.Contains(product, p.product) {
			cloud, hypervisor = p.cloud, p.hypervisor
			break
		}
	}
	switch {
	case strings.HasPrefix(d.chassisTag, azureTag):
		cloud = "azure"
	case strings.HasPrefix(d.chassisTag, "OracleCloud.com"):
		cloud, hypervisor = "oracle", "kvm"
	}
	if strings.Contains(product, ".metal") {
		hypervisor = "" // a whole server, rented
	}
	return cloud, hypervisor
}

// madeBy says whether a vendor's name begins with these words: "xen" is not
// Xenon Systems.
func (d dmi) madeBy(words string) bool {
	for _, vendor := range []string{d.systemVendor, d.biosVendor, d.boardVendor} {
		rest, found := strings.CutPrefix(strings.ToLower(vendor), words)
		if found && (words == "" || rest == "" || rest[0] == ' ' || rest[0] == ',') {
			return true
		}
	}
	return false
}
