-- Sales are found by keyed hashes of their serial number and request key, and
-- everything that belongs to one by its row number n, which is short. What every
-- activation changes of a sale is its account: one row and no index.

CREATE TABLE settings (
	name  TEXT PRIMARY KEY,
	value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sales (
	n            INTEGER PRIMARY KEY,
	id           BLOB NOT NULL UNIQUE,
	request      BLOB UNIQUE,
	serial       TEXT NOT NULL,
	request_key  TEXT NOT NULL,
	product      TEXT NOT NULL,
	order_number TEXT NOT NULL,
	customer     TEXT NOT NULL,
	license      BLOB -- null if there is none
) STRICT;

CREATE INDEX sales_by_serial ON sales (serial);
CREATE INDEX sales_by_product ON sales (product, serial);
CREATE INDEX sales_by_order ON sales (order_number, serial);
CREATE INDEX sales_by_customer ON sales (customer, serial);

-- A sale's updates are at places from 1.
CREATE TABLE updates (
	sale  INTEGER NOT NULL REFERENCES sales (n),
	place INTEGER NOT NULL,
	meta  TEXT NOT NULL,
	text  BLOB NOT NULL,
	PRIMARY KEY (sale, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE accounts (
	sale    INTEGER PRIMARY KEY REFERENCES sales (n),
	version INTEGER NOT NULL,
	apart   INTEGER NOT NULL, -- whether the activations are in the two tables below
	data    TEXT NOT NULL,
	near    TEXT NOT NULL     -- else they are here
) STRICT;

CREATE TABLE activations (
	sale INTEGER NOT NULL REFERENCES sales (n),
	id   TEXT NOT NULL,
	data TEXT NOT NULL,
	PRIMARY KEY (sale, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE marks (
	sale       INTEGER NOT NULL,
	mark       BLOB NOT NULL,
	activation TEXT NOT NULL,
	PRIMARY KEY (sale, mark, activation)
) STRICT, WITHOUT ROWID;

-- What sales are searched for by: ids and words of licences and activations,
-- folded as package activation/server folds them. The activation is empty where a
-- term is the sale's own.
CREATE TABLE terms (
	kind       TEXT NOT NULL,
	term       TEXT NOT NULL,
	sale       INTEGER NOT NULL,
	activation TEXT NOT NULL,
	PRIMARY KEY (kind, term, sale, activation)
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
	id         INTEGER PRIMARY KEY,
	sale       INTEGER NOT NULL,
	time       INTEGER NOT NULL, -- seconds since 1970
	kind       TEXT NOT NULL,
	activation TEXT NOT NULL,
	actor      TEXT NOT NULL,
	detail     TEXT NOT NULL
) STRICT;

CREATE INDEX events_by_sale ON events (sale, id);

CREATE TRIGGER events_stay BEFORE UPDATE ON events
BEGIN
	SELECT RAISE(ABORT, 'events are never changed');
END;

CREATE TRIGGER events_remain BEFORE DELETE ON events
BEGIN
	SELECT RAISE(ABORT, 'events are never removed');
END;
