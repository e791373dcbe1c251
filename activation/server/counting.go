package server

import (
	"slices"

	"github.com/latchkey-go/latchkey/binding"
)

// A CountBy says what counts towards the limit of a sale without a binding scheme.
// With a scheme, machines count.
type CountBy string

const (
	// CountMachines recognises a machine by the fingerprint in its request, so that
	// a new installation on it uses no further activation. The package comment says
	// which components must agree. Without a sufficient fingerprint, each
	// installation uses an activation.
	CountMachines CountBy = ""
	// CountInstallations counts each installation: each user's account on a machine,
	// and each new installation on it.
	CountInstallations CountBy = "installation"
)

// The schemes by which machines are counted in a sale without a binding scheme. A
// machine is compared only with machines that are counted by the same scheme.
var (
	// countByInstance is for machines with a given identity, which alone decides.
	countByInstance = mustScheme(binding.SchemeInstance)
	// countByVirtual is for machines without a disk or a network card of their
	// own: virtual machines and containers. A machine id is the same in every copy
	// of an image, and a board in every container of a host; so both must agree.
	countByVirtual = mustScheme("board+machine")
	// countByHardware is for the others: two of four may differ or be unreadable.
	countByHardware = mustScheme(binding.SchemeDesktop)
)

func mustScheme(line string) binding.Scheme {
	scheme, err := binding.ParseScheme(line)
	if err != nil {
		panic(err)
	}
	return scheme
}

func isCounting(scheme string) bool {
	return scheme == countByInstance.String() || scheme == countByVirtual.String() || scheme == countByHardware.String()
}

// countingScheme returns the scheme by which a machine is counted.
func countingScheme(machine *binding.Fingerprint) binding.Scheme {
	scheme := countByHardware
	for _, c := range machine.Components() {
		switch {
		case c.Name == "instance" && c.State == binding.Readable:
			return countByInstance
		case (c.Name == "disk" || c.Name == "mac") && c.State == binding.Absent:
			scheme = countByVirtual
		}
	}
	return scheme
}

// counted returns the activation for the visitor's machine in a sale without a scheme.
// An active installation keeps its activation, also on a changed machine.
func (v *visit) counted(a *Account, own *Activation) place {
	if a.Sale.CountBy == CountInstallations || v.machine == nil {
		return place{activation: own}
	}
	scheme := countingScheme(v.machine)
	if own != nil && own.Active {
		return v.countedOn(own, scheme)
	}
	if same := v.sameCounted(a, scheme); same != nil {
		return v.countedOn(same, scheme)
	}
	if own != nil {
		return v.countedOn(own, scheme)
	}
	return v.countAs(nil, scheme)
}

// sameCounted returns the activation of the visitor's machine among those that
// are counted by a scheme, nil if there is none.
func (v *visit) sameCounted(a *Account, scheme binding.Scheme) (best *Activation) {
	for _, one := range a.Activations {
		if one.Scheme == scheme.String() && v.isStill(one, scheme) && (best == nil || one.newerThan(best)) {
			best = one
		}
	}
	return best
}

// isStill reports whether the visitor's machine is that of an activation. All copies
// of an image have the same machine id, and with some hypervisors the same address of
// the network card. So the board must be the same, or the disk if the board cannot be
// read.
func (v *visit) isStill(one *Activation, scheme binding.Scheme) bool {
	m, err := v.machine.Match(scheme, one.Data)
	if err != nil || !m.OK() || slices.Contains(m.Changed, "board") {
		return false
	}
	board := !slices.Contains(m.Unreadable, "board") && !slices.Contains(m.Missing, "board")
	return board || !slices.Contains(m.Changed, "disk") && !slices.Contains(m.Unreadable, "disk")
}

// countedOn is the place of a machine that is known. Its drift is followed within
// tolerance only: otherwise an installation that is carried from machine to
// machine would make room on each for another one.
func (v *visit) countedOn(one *Activation, scheme binding.Scheme) place {
	if one.Data == nil {
		return v.countAs(one, scheme)
	}
	under, err := binding.ParseScheme(one.Scheme)
	if err != nil || !v.isStill(one, under) {
		return place{activation: one}
	}
	if !isCounting(one.Scheme) || scheme == countByInstance && under != scheme {
		return v.countAs(one, scheme)
	}
	m, err := v.machine.Match(under, one.Data)
	if err != nil {
		return place{activation: one}
	}
	p, why := v.matched(under, one, m)
	if why != nil {
		return place{activation: one}
	}
	return p
}

// countAs is the place of a machine that will be known by a scheme from now on,
// if its fingerprint says enough.
func (v *visit) countAs(one *Activation, scheme binding.Scheme) place {
	p, why := v.bind(scheme, one)
	if why != nil {
		return place{activation: one}
	}
	return p
}
