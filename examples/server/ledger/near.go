package ledger

import (
	"fmt"
	"slices"
	"strings"

	"github.com/latchkey-go/latchkey/activation/server"
	"github.com/latchkey-go/latchkey/internal/strictjson"
)

const (
	// maxNear is how many activations lie with their sale, and maxNearBytes how
	// long their JSON may be: most sales have one to five, and to write a row
	// again takes longer the longer it is.
	maxNear      = 8
	maxNearBytes = 6 << 10
)

// Near are activations in one text, a JSON object in which each has its id for
// a name. Those that nobody asks for are not read, and those that do not change
// are written again as they were.
type Near string

const nothingNear Near = "{}"

// A nearOne is one of them.
type nearOne struct{ id, data string }

func (n Near) list() ([]nearOne, error) {
	all := make([]nearOne, 0, maxNear)
	r := strictjson.NewReader(string(n))
	for m := r.Map(); m.Next(); {
		all = append(all, nearOne{m.Name, r.Raw()})
	}
	if err := r.Close(); err != nil {
		return nil, fmt.Errorf("ledger: the activations of a sale in the database: %w", err)
	}
	return all, nil
}

// named returns those that a key names, in ascending order of their ids.
func (n Near) named(at server.Key) (named []*server.Activation, err error) {
	all, err := n.list()
	if err != nil {
		return nil, err
	}
	for _, one := range all {
		if !one.mayBeNamed(at) {
			continue
		}
		a, err := decodeActivation(one.id, one.data)
		if err != nil {
			return nil, err
		}
		if names(at, a.ID, a.Marks()) {
			named = append(named, a)
		}
	}
	return named, nil
}

// mayBeNamed reports whether a key could name one. What it is named by stands
// in its text somewhere, as it is unless it has to be escaped there.
func (n *nearOne) mayBeNamed(at server.Key) bool {
	if at.ID != "" && n.id == at.ID {
		return true
	}
	return slices.ContainsFunc(at.Marks, func(mark string) bool {
		return len(mark) >= 2 && strings.Contains(n.data, mark[2:]) || strings.ContainsFunc(mark, isEscaped)
	})
}

func isEscaped(r rune) bool { return r < ' ' || r == '"' || r == '\\' }

// after returns those with ids after the one given, at most limit.
func (n Near) after(id string, limit int) (found []*server.Activation, err error) {
	all, err := n.list()
	for _, one := range all {
		if one.id <= id || int64(len(found)) == AtMost(limit) {
			continue
		}
		a, err := decodeActivation(one.id, one.data)
		if err != nil {
			return nil, err
		}
		found = append(found, a)
	}
	return found, err
}

// with returns the list with activations put into it.
func with(all []nearOne, put []*server.Activation) ([]nearOne, error) {
	for _, a := range put {
		data, err := encodeActivation(a)
		if err != nil {
			return nil, err
		}
		one := nearOne{a.ID, string(data)}
		at, found := slices.BinarySearchFunc(all, a.ID, func(o nearOne, id string) int { return strings.Compare(o.id, id) })
		if found {
			all[at] = one
		} else {
			all = slices.Insert(all, at, one)
		}
	}
	return all, nil
}

// near returns the text of a list, false if it is too much for one.
func near(all []nearOne) (Near, bool, error) {
	length := 0
	for _, one := range all {
		length += len(one.id) + len(one.data)
	}
	if len(all) > maxNear || length > maxNearBytes {
		return nothingNear, false, nil
	}
	var w strictjson.Writer
	w.Grow(length + 16*len(all) + 2)
	w.Object()
	for _, one := range all {
		w.Name(one.id).Raw(one.data)
	}
	w.EndObject()
	b, err := text(&w)
	return Near(b), true, err
}

// row returns one as it lies apart.
func (n *nearOne) row() (*ActivationRow, error) {
	r := &ActivationRow{ID: n.id, Data: []byte(n.data)}
	return r, r.Read()
}

// ActivationsAfter returns the activations of a row that lie near with ids
// after the one given, at most limit.
func (r *SaleRow) ActivationsAfter(id string, limit int) ([]*server.Activation, error) {
	return r.Near.after(id, limit)
}
