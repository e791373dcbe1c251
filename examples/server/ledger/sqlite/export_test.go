package sqlite

// Statements are all that run while the server does, but for those that insert
// given rows.
var Statements = []string{
	saleBySerial, saleByRequest, activationByMark, activationByID, updateAccount, renameSale, putLicense, putUpdate, dropUpdate,
	addActivation, updateActivation, addMark, dropMark, addTerm, dropTerm, addEvent, countSale, addSale, addAccount,
	salesByOrder, salesByCustomer, salesByProduct, allSales, salesBySearch, nearOf, activationsOf, eventsOf,
}

// OnCommit has a function called with the number of changes before each COMMIT
// that writes.
func (l *Ledger) OnCommit(do func(jobs int)) { l.committing = do }

// Waiting returns how many jobs the group has been given.
func (l *Ledger) Waiting() int { return l.group.Waiting() }

// Run runs a statement on a connection of its own, and returns a column of its
// rows.
func Run(path, statement string, column int) (rows []string, err error) {
	conn, err := connect(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	stmt, _, err := conn.PrepareTransient(statement)
	if err != nil {
		return nil, err
	}
	defer func() { _ = stmt.Finalize() }()
	for {
		row, err := stmt.Step()
		if err != nil || !row {
			return rows, err
		}
		rows = append(rows, stmt.ColumnText(column))
	}
}
