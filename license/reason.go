package license

// A Code names what holds of a licence, a document or a key that somebody
// entered. Codes are stable; their sentences are not.
//
// A Code is an error, so that errors.Is(err, license.ExpiredDate) asks for
// one. Use the Reason around it to tell people: it knows the values.
type Code string

// Error returns the code.
func (c Code) Error() string { return string(c) }

// Documents and keys.
const (
	NotDocument     Code = "not_document"      // the text is no document at all; Detail: where it came from
	Truncated       Code = "truncated"         // its end is missing
	Damaged         Code = "damaged"           // its text was changed on the way
	TooLarge        Code = "too_large"         // Max: bytes allowed
	Malformed       Code = "malformed"         // signed, but not well-formed; N: byte, Detail: the rule
	TooNew          Code = "too_new"           // Needs: the feature of the format that this version lacks
	OtherDocument   Code = "other_document"    // Has, Needs: kinds of documents
	OtherVendor     Code = "other_vendor"      // Has, Needs: vendors
	KeyUnknown      Code = "key_unknown"       // no key of the keyring signed it
	KeyWrongRole    Code = "key_wrong_role"    // Has, Needs: roles
	KeyEnded        Code = "key_ended"         // Until: the key's last day, From: the day of issue
	SignatureWrong  Code = "signature_wrong"   // changed after it was signed, or never signed by that key
	KeyLength       Code = "key_length"        // a public key of N bytes, not Max
	KeyNotCanonical Code = "key_not_canonical" //
	KeySmallOrder   Code = "key_small_order"   //
	KeyringDamaged  Code = "keyring_damaged"   // N: the line
	KeyringRollback Code = "keyring_rollback"  // N: its version, Max: ours
	KeyringQuorum   Code = "keyring_quorum"    // N of Max signatures
	KeyringWaits    Code = "keyring_waits"     // N: version of a newer keyring that waits, because licences that work here would stop under it; Names: ids of those licences
)

// Typed keys.
const (
	NameMismatch    Code = "name_mismatch"     // the activation key was issued for another spelling of the name
	KeyNotForUs     Code = "key_not_for_us"    // an activation key of another product
	KeyNotGenuine   Code = "key_not_genuine"   // its signature does not hold
	EditionUnknown  Code = "edition_unknown"   // N: the edition that the catalogue does not have
	UnlockUnknown   Code = "unlock_unknown"    // no update waits for this unlock code
	AlreadyEntered  Code = "already_entered"   // the key or document is in force already; N: updates applied since
	LicenseReplaced Code = "license_replaced"  // a later licence under the same serial number, or a later version of this one, is in force
	NameRequired    Code = "name_required"     // an activation key needs the licensee's name
	ChallengeOther  Code = "challenge_other"   // a signed time that answers no challenge that is open here
	NeedsServer     Code = "needs_server"      // Has: the kind of key that only the server can use
	KeyOfOtherKind  Code = "key_of_other_kind" // Has, Needs: kinds of typed keys
	KeyNotFile      Code = "key_not_file"      // Has: the kind of typed key that was given as a file
	ForVendor       Code = "for_vendor"        // Has: the kind of code or document that was made for the vendor, and was entered or imported here
	KeyMistyped     Code = "key_mistyped"      // Detail: which row or group
	KeyIncomplete   Code = "key_incomplete"    // Detail: which rows are missing, "" for the last
	CatalogueNeeded Code = "catalogue_needed"  // the product has no catalogue, and so cannot read activation keys
	KeyUnrecognized Code = "key_unrecognized"  // no kind of key at all
)

// Updates.
const (
	OtherLicense     Code = "other_license"      // an update for another serial number
	AlreadyApplied   Code = "already_applied"    // the update is in the licence already
	OutOfOrder       Code = "out_of_order"       // N: its place, Max: the next place
	ObtainingOver    Code = "obtaining_over"     // Until: the last day to apply it
	ObtainingNotYet  Code = "obtaining_not_yet"  // From: the first day to apply it
	SeatExcess       Code = "seat_excess"        // N bound, Max licensed, Names bound
	OtherScheme      Code = "other_scheme"       // Has, Needs: binding schemes; split the order
	UpdateRefused    Code = "update_refused"     // Detail: the rule of Apply that it breaks
	NothingToUpdate  Code = "nothing_to_update"  //
	KindNotLowered   Code = "kind_not_lowered"   // Has, Needs: kinds of licences
	ConditionsRaised Code = "conditions_raised"  // an add-on update that adds a condition
	LimitKindChanged Code = "limit_kind_changed" // an add-on update that changes the kind of a limit; Detail: which
)

// What holds of a licence and its features when it is checked.
const (
	NoLicense           Code = "no_license"            // nothing is installed
	OtherProduct        Code = "other_product"         // Has, Needs: products
	FeatureNotLicensed  Code = "feature_not_licensed"  //
	LicenseProvisional  Code = "license_provisional"   // Until, Working
	ProvisionalEnded    Code = "provisional_ended"     // Until
	TrialRunning        Code = "trial_running"         // Until, Days
	TrialEnded          Code = "trial_ended"           // Until
	NotYetValid         Code = "not_yet_valid"         // From
	ExpiredDate         Code = "expired_date"          // Until
	ExpiredSpan         Code = "expired_span"          // Until, Span
	RunsUsedUp          Code = "runs_used_up"          // Max
	AboutToExpire       Code = "about_to_expire"       // Until, Days
	MaintenanceKept     Code = "maintenance_kept"      // Until; this version stays covered; Working
	MaintenanceStopped  Code = "maintenance_stopped"   // Until; the product stops
	VersionNotCovered   Code = "version_not_covered"   // Has: running, Needs: highest covered, Until: maintenance
	VersionUnknown      Code = "version_unknown"       // Has: the running program's version text, which is not a version; Needs: highest covered
	HardwareDrift       Code = "hardware_drift"        // Names changed, N of Max changes used; Working
	HardwareChanged     Code = "hardware_changed"      // Names changed
	HardwareUnreadable  Code = "hardware_unreadable"   // Names that cannot be read
	BindingDamaged      Code = "binding_damaged"       // scheme or data make no sense
	BindingUnchecked    Code = "binding_unchecked"     // a bound licence, and no Host
	VirtualMachineFound Code = "virtual_machine_found" // Has: what was detected
	RemoteSessionFound  Code = "remote_session_found"  // Has: what was detected
	PlaceUnknown        Code = "place_unknown"         // a condition that cannot be checked here
	SeatNotBound        Code = "seat_not_bound"        // Names: the user's address
	ClockSetBack        Code = "clock_set_back"        // Now, Mark
	RestoreDetected     Code = "restore_detected"      // an old copy of the local state was put back
	LeaseGrace          Code = "lease_grace"           // Until: when grace ends; Working
	LeaseEnded          Code = "lease_ended"           // Until: when it ended
	ActivationRequired  Code = "activation_required"   // it counts with a receipt of the activation server, and there is none for here
	LicenseBlocked      Code = "license_blocked"       // by the vendor
	PaymentPending      Code = "payment_pending"       // Until: the end of the present terms; Working
)

// The exchange with the activation server.
const (
	ServerUnreachable   Code = "server_unreachable"     // Detail: what was tried; Working; Until: the last day on which that works without the server, no date for as long as it is licensed
	NoServer            Code = "no_server"              // the application was set up without the address of one; wraps ServerUnreachable
	CallCancelled       Code = "call_cancelled"         // Working, Until; the caller's context ended; it wraps the context's error
	ServerInsecure      Code = "server_insecure"        // the connection could not be secured: somebody reads along, or a clock is wrong; wraps ServerUnreachable
	KeyringMismatch     Code = "keyring_mismatch"       // Has: ids of the keys of the role activation that the application trusts, Needs: those that the server signs with; at the client it wraps ServerUnreachable
	ServerBusy          Code = "server_busy"            // N: minutes to wait; it has had too many failed attempts from here or for this product
	ServerRefused       Code = "server_refused"         // Detail: its code, which this version does not know
	SerialUnknown       Code = "serial_unknown"         // nothing was sold under this serial number
	OrderCancelled      Code = "order_cancelled"        // what was sold under it was cancelled
	ActivationLimit     Code = "activation_limit"       // N machines of Max use it already
	TrialUsed           Code = "trial_used"             // this machine has had its trial, which ended on Until
	RequestNotAccepted  Code = "request_not_accepted"   // a request key that is unknown, used elsewhere or withdrawn; which, is not said
	FinalPending        Code = "final_pending"          // Working; From: when to ask again; the vendor has not released the final licence yet
	FinalOverdue        Code = "final_overdue"          // Working; the final licence is overdue: ask the vendor
	TransfersUsed       Code = "transfers_used"         // N of Max moves to another machine are used; From: when the next is possible
	NotActivated        Code = "not_activated"          // the server has no activation for this installation (any more)
	ActivationNotNeeded Code = "activation_not_needed"  // Has: the id of the licence that was asked for, "" for all; it is not activated at a server and need not be
	LicenseUnknown      Code = "license_unknown"        // Has: an id that no licence here has, Names: the ids that there are
	BindingWeak         Code = "binding_weak"           // Names: components that cannot be read, without which this machine cannot be told from others
	ReplyOther          Code = "reply_other"            // a reply to another request, another installation, or one that was used already
	ProofWrong          Code = "proof_wrong"            // it does not prove that another machine gave this licence up
	ManualNotForRequest Code = "manual_not_for_request" // a request key where a key or file is entered by hand: it needs the server
	DeactivationPending Code = "deactivation_pending"   // the licence was given up here, and the server has not confirmed it yet
)

// Local state.
const (
	TooFewRuns       Code = "too_few_runs"      // N left, Max asked for; none was used
	FolderUnwritable Code = "folder_unwritable" // Detail: the folder; nothing can be recorded
	NoHomeFolder     Code = "no_home_folder"    // Detail: the variable that is missing; nothing can be recorded; wraps FolderUnwritable
	RecordDamaged    Code = "record_damaged"    // Detail: the folder; changed, and no earlier copy is whole
	RecordForeign    Code = "record_foreign"    // Detail: the folder; written on another machine
	RecordLocked     Code = "record_locked"     // Detail: the folder; this machine's id, which opens it, cannot be read
	RecordNotAFile   Code = "record_not_a_file" // Detail: the path; a folder, a link or a device in its place
	RecordUnreadable Code = "record_unreadable" // Detail: the path
	RecordBusy       Code = "record_busy"       // Detail: the folder; another process does not let go
	RecordRecovered  Code = "record_recovered"  // the last change was lost, the one before it is in force
	WitnessMissing   Code = "witness_missing"   // the second place that proves the state is the newest is gone
	ClientClosed     Code = "client_closed"     // the client was closed before
)

// A Reason is a code with its values. It is what errors of this package are,
// and what a Decision lists. Which values a code has, its constant says; the
// others are zero.
//
// As JSON it also has the sentence and the remedy in English, as "text" and
// "remedy", and what Err says as "cause"; those are not read back.
type Reason struct {
	Code    Code     `json:"code"`
	Product string   `json:"product,omitempty"`
	Feature string   `json:"feature,omitempty"`
	Names   []string `json:"names,omitempty"` // of components or users
	N       int64    `json:"n,omitzero"`
	Max     int64    `json:"max,omitzero"`
	From    Date     `json:"from,omitzero"`
	Until   Date     `json:"until,omitzero"`
	Now     int64    `json:"now,omitzero"`  // Unix seconds
	Mark    int64    `json:"mark,omitzero"` // Unix seconds
	Days    int      `json:"days,omitzero"` // left
	Span    Span     `json:"span,omitzero"`
	Has     string   `json:"has,omitempty"`
	Needs   string   `json:"needs,omitempty"`
	Detail  string   `json:"detail,omitempty"`  // in English, for support
	Contact string   `json:"contact,omitempty"` // where to get help, from the licence's hints
	// Working says that a licensed feature may be used now. Only then do sentences
	// say that the product keeps working.
	Working bool `json:"working,omitzero"`
	// Offline says that the product was set up without an activation server.
	// Remedies then lead to files and typed keys, and not to the internet.
	Offline bool  `json:"offline,omitzero"`
	Err     error `json:"-"` // the error that caused it, if any
}

// Error returns the sentence and the remedy in English.
func (r *Reason) Error() string {
	return r.Text(English) + " " + r.Remedy(English)
}

// String is Error, so that a Reason that is not behind a pointer prints as what
// it says.
func (r Reason) String() string { return r.Error() }

// Unwrap returns the cause.
func (r *Reason) Unwrap() error { return r.Err }

// Is reports whether target is the reason's code.
func (r *Reason) Is(target error) bool {
	code, ok := target.(Code)
	return ok && code == r.Code
}
