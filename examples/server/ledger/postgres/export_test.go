package postgres

// Statements are all that run while the server does, but for those that insert
// given rows.
var Statements = []string{
	idsByRequest, readAccounts, lockAccounts, readSales, activationsByMark, activationsByID,
	updateAccounts, renameSale, putLicense, putUpdates, dropUpdates, putActivations, addMarks, dropMarks, addTerms, dropTerms, addEvents,
	salesByOrder, salesByCustomer, salesByProduct, allSales, salesBySearch, nearOf, activationsOf, eventsOf,
}

// Lists are the statements that list sales, by the index that each is to use.
var Lists = map[string]string{
	"sales_by_order": salesByOrder, "sales_by_customer": salesByCustomer,
	"sales_by_product": salesByProduct, "sales_by_serial": allSales,
}

// Search is the statement that searches for sales.
const Search = salesBySearch

// Session is what a connection begins with.
const Session = session

// Waiting returns how many changes wait for a transaction.
func (l *Ledger) Waiting() int { return l.group.Waiting() }
