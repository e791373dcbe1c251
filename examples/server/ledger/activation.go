package ledger

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/latchkey-go/latchkey/activation/server"
)

// An ActivationRow is an activation as a table has it. Its marks stand in
// another, as hashes; here, they are nil until they are read from the JSON.
type ActivationRow struct {
	ID    string
	Data  []byte // JSON
	Marks []string
}

// activationData is the JSON of an activation. Members are only ever added.
type activationData struct {
	Active        bool               `json:"active,omitempty"`
	First         seconds            `json:"first,omitempty"`
	Since         seconds            `json:"since,omitempty"`
	Ended         seconds            `json:"ended,omitempty"`
	Installations []installationData `json:"installations,omitempty"`
	Data          []byte             `json:"data,omitempty"`
	Machine       []string           `json:"machine,omitempty"`
	Scheme        string             `json:"scheme,omitempty"`
	Changes       int64              `json:"changes,omitempty"`
	Followed      seconds            `json:"followed,omitempty"`
	Revision      int64              `json:"revision,omitempty"`
	Used          []usedData         `json:"used,omitempty"`
}

type installationData struct {
	Key      string     `json:"key,omitempty"`
	Seen     seconds    `json:"seen,omitempty"`
	Version  string     `json:"version,omitempty"`
	Links    []string   `json:"links,omitempty"`
	Kept     int64      `json:"kept,omitempty"`
	Cloned   bool       `json:"cloned,omitempty"`
	Revision int64      `json:"revision,omitempty"`
	Used     []usedData `json:"used,omitempty"`
}

type usedData struct {
	Product  string  `json:"product,omitempty"`
	Feature  string  `json:"feature,omitempty"`
	Runs     int64   `json:"runs,omitempty"`
	FirstUse seconds `json:"first_use,omitempty"`
}

// EncodeActivation returns the row of an activation.
func EncodeActivation(a *server.Activation) (*ActivationRow, error) {
	d := activationData{
		Active: a.Active, First: secondsOf(a.First), Since: secondsOf(a.Since), Ended: secondsOf(a.Ended),
		Data: a.Data, Scheme: a.Scheme, Machine: a.Machine, Changes: a.Changes, Followed: secondsOf(a.Followed), Revision: a.Revision,
	}
	var err error
	if d.Used, err = encodeUsed(a.Used); err != nil {
		return nil, err
	}
	for i := range a.Installations {
		installation, err := encodeInstallation(&a.Installations[i])
		if err != nil {
			return nil, err
		}
		d.Installations = append(d.Installations, installation)
	}
	if err := CheckText(append(a.Machine[:len(a.Machine):len(a.Machine)], a.Scheme)...); err != nil {
		return nil, err
	}
	data, err := encode(&d, a.ID)
	if err != nil {
		return nil, err
	}
	return &ActivationRow{ID: a.ID, Data: data, Marks: a.Marks()}, nil
}

func encodeInstallation(i *server.Installation) (installationData, error) {
	d := installationData{
		Key: i.Key, Seen: secondsOf(i.Seen), Version: i.Version, Links: i.Links, Kept: i.Kept, Cloned: i.Cloned, Revision: i.Revision,
	}
	if err := CheckText(append(i.Links[:len(i.Links):len(i.Links)], i.Key, i.Version)...); err != nil {
		return d, err
	}
	var err error
	d.Used, err = encodeUsed(i.Used)
	return d, err
}

func encodeUsed(used []server.Used) (all []usedData, err error) {
	for _, u := range used {
		if err := CheckText(u.Product, u.Feature); err != nil {
			return nil, err
		}
		all = append(all, usedData{Product: u.Product, Feature: u.Feature, Runs: u.Runs, FirstUse: secondsOf(u.FirstUse)})
	}
	return all, nil
}

func decodeUsed(all []usedData) (used []server.Used) {
	for _, u := range all {
		used = append(used, server.Used{Product: u.Product, Feature: u.Feature, Runs: u.Runs, FirstUse: u.FirstUse.time()})
	}
	return used
}

// DecodeActivation returns an activation from its id and its JSON.
func DecodeActivation(id string, data []byte) (*server.Activation, error) {
	var d activationData
	if err := json.Unmarshal(data, &d); err != nil {
		return nil, fmt.Errorf("ledger: an activation in the database: %w", err)
	}
	a := &server.Activation{
		ID: id, Active: d.Active, First: d.First.time(), Since: d.Since.time(), Ended: d.Ended.time(),
		Data: d.Data, Scheme: d.Scheme, Machine: d.Machine, Changes: d.Changes, Followed: d.Followed.time(),
		Revision: d.Revision, Used: decodeUsed(d.Used),
	}
	for _, i := range d.Installations {
		installation := server.Installation{
			Key: i.Key, Seen: i.Seen.time(), Version: i.Version, Links: i.Links, Kept: i.Kept, Cloned: i.Cloned, Revision: i.Revision,
			Used: decodeUsed(i.Used),
		}
		a.Installations = append(a.Installations, installation)
	}
	return a, nil
}

// AllMarks returns the marks.
func (r *ActivationRow) AllMarks() ([]string, error) {
	if r.Marks == nil {
		a, err := DecodeActivation(r.ID, r.Data)
		if err != nil {
			return nil, err
		}
		r.Marks = a.Marks()
	}
	return r.Marks, nil
}

// MarkChanges returns the marks that must be added and removed to make one list
// of another.
func MarkChanges(from, to []string) (added, gone []string) {
	for _, m := range to {
		if !slices.Contains(from, m) && !slices.Contains(added, m) {
			added = append(added, m)
		}
	}
	for _, m := range from {
		if !slices.Contains(to, m) && !slices.Contains(gone, m) {
			gone = append(gone, m)
		}
	}
	return added, gone
}
