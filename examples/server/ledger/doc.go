// Package ledger has what the SQL ledgers of the reference server share: how
// changes are committed in groups, how records become rows, how serial numbers
// become keys of an index, and how a database's tables are brought up to date.
// Packages sqlite and postgres below it are the ledgers.
package ledger
