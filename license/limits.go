package license

// Limits of what is read. Bytes are counted before anything is parsed, and
// counts while it is; beyond them a document is refused, as TooLarge or as
// Malformed.
const (
	// MaxDocument is the size of the largest document in bytes, in either of
	// its forms.
	MaxDocument = 64 << 10
	// MaxKeyring is the size of the largest keyring in bytes.
	MaxKeyring = 16 << 10
	// MaxKeys is how many keys a keyring may hold.
	MaxKeys = 64
	// MaxProducts is how many products a licence or an update may name.
	MaxProducts = 64
	// MaxFeatures is how many features a product may have.
	MaxFeatures = 1024
	// MaxParams is how many parameters a feature may have.
	MaxParams = 64
	// MaxIntervals is how many separate periods a term may have.
	MaxIntervals = 16
	// MaxSealed is how many sealed updates a licence may carry.
	MaxSealed = 32
	// MaxApplied is how many ids of updates a licence may record.
	MaxApplied = 256
	// MaxEditions is how many editions a catalogue may list.
	MaxEditions = 1024
	// MaxID is the length of the longest identifier in bytes.
	MaxID = 64
	// MaxText is the length of the longest free text in bytes.
	MaxText = 1024
	// MaxLabel is the length of the longest label of a machine in bytes.
	MaxLabel = 128
	// MaxCount is the largest number of runs, seats or concurrent uses.
	MaxCount = 1 << 40
	// MaxSpan is the longest span in days, or in months.
	MaxSpan = 36524
)
