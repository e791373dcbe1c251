package server

import (
	"github.com/latchkey-go/latchkey/binding"
	"github.com/latchkey-go/latchkey/license"
)

// check tells an installation how things are, and brings what is new.
func (v *visit) check(a *Account) outcome {
	one, i := a.installed(v.key)
	if one == nil {
		one, i = v.remembered(a)
	}
	if one == nil || !one.Active {
		return no(license.Reason{Code: license.NotActivated})
	}
	if why := a.Sale.closed(); why != nil {
		return v.whileClosed(a, why)
	}
	p, why := v.recognise(a, one)
	if why != nil {
		return no(*why)
	}
	v.follow(a, one, p)
	link := v.touch(a, one, i)
	out := v.serve(a, one, i, link)
	if why := v.waits(a.Sale, one, out.delivered); why != nil {
		out.say(*why)
	}
	return out
}

// remembered returns the activation of a machine on which the visitor's
// installation was forgotten, since there were too many, and puts it there again.
func (v *visit) remembered(a *Account) (*Activation, *Installation) {
	if v.machine == nil || v.License == "" {
		return nil, nil
	}
	one := v.onMachine(a)
	if one == nil || !one.Active {
		return nil, nil
	}
	return one, v.settleIn(a, one)
}

// onMachine returns the activation of the visitor's machine, nil if there is
// none.
func (v *visit) onMachine(a *Account) *Activation {
	if a.Sale.Scheme == "" {
		return v.counted(a, nil).activation
	}
	scheme, err := binding.ParseScheme(a.Sale.Scheme)
	if err != nil {
		return nil
	}
	one, _ := v.sameMachine(a, scheme)
	return one
}

// recognise reports whether an installation is still on the machine that it was
// activated on. The reason is HardwareChanged, or HardwareUnreadable where it
// cannot be known.
func (v *visit) recognise(a *Account, one *Activation) (place, *license.Reason) {
	if a.Sale.Scheme == "" {
		return v.counted(a, one), nil
	}
	scheme, err := binding.ParseScheme(a.Sale.Scheme)
	if err != nil || v.machine == nil {
		return place{}, unreadable(componentNames(scheme))
	}
	m, err := v.match(scheme, one)
	switch {
	case err != nil: // bound under another scheme, or not at all
		p, why := v.bind(scheme, one)
		if why != nil {
			why = unreadable(why.Names)
		}
		return p, why
	case m.OK():
		return v.matched(scheme, one, m)
	case m.Inconclusive():
		return place{}, unreadable(m.Unreadable)
	}
	return place{}, &license.Reason{Code: license.HardwareChanged, Names: sorted(append(m.Changed, m.Missing...))}
}

func unreadable(names []string) *license.Reason {
	return &license.Reason{Code: license.HardwareUnreadable, Names: sorted(names)}
}

// report keeps what was used.
func (v *visit) report(a *Account) outcome {
	one, i := a.installed(v.key)
	if one == nil || !one.Active {
		return no(license.Reason{Code: license.NotActivated})
	}
	out := outcome{activation: one.ID}
	out.reply.Link = v.touch(a, one, i)
	return out
}
