package server

import (
	"github.com/latchkey-go/latchkey/license"
)

// An outcome is what was decided on a visit, before it is signed. It shares no
// memory with the account.
type outcome struct {
	reply      license.Reply // without what the request says
	receipt    *license.Receipt
	activation string // its id, for the log
	delivered  bool   // there are documents that are new to the client
}

func (o outcome) code() license.Code { return o.reply.Code }

// refused reports whether the outcome is a no that changes nothing.
func (o outcome) refused() bool { return o.reply.Code != "" && o.receipt == nil }

// no is a refusal.
func no(why license.Reason) (out outcome) {
	out.say(why)
	return out
}

// say puts a reason into the reply.
func (o *outcome) say(why license.Reason) {
	o.reply.Code, o.reply.N, o.reply.Max = why.Code, why.N, why.Max
	o.reply.From, o.reply.Until = why.From, why.Until
	o.reply.Has, o.reply.Needs, o.reply.Names, o.reply.Contact = why.Has, why.Needs, why.Names, why.Contact
}

// marked reports whether anything is to be stored.
func (a *Account) marked() bool { return a.saved || len(a.put) > 0 || len(a.notes) > 0 }
