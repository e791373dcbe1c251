-- Sales are found by keyed hashes of their serial number and request key, and
-- all that belongs to one by that of the serial number. What every activation
-- changes of a sale is its account: one row, which has one index, on a column that
-- never changes. Texts are compared by their bytes. Rows that change leave room
-- in their pages, so that they mostly need no new entry there either.

CREATE TABLE settings (
	name  text PRIMARY KEY,
	value bytea NOT NULL
);

CREATE TABLE sales (
	id           bytea PRIMARY KEY,
	request      bytea UNIQUE,
	serial       text COLLATE "C" NOT NULL,
	request_key  text COLLATE "C" NOT NULL,
	product      text COLLATE "C" NOT NULL,
	order_number text COLLATE "C" NOT NULL,
	customer     text COLLATE "C" NOT NULL,
	license      bytea -- null if there is none
) WITH (toast_tuple_target = 4080);

-- A licence is base64, which does not get shorter.
ALTER TABLE sales ALTER COLUMN license SET STORAGE EXTERNAL;

CREATE INDEX sales_by_serial ON sales (serial);
CREATE INDEX sales_by_product ON sales (product, serial);
CREATE INDEX sales_by_order ON sales (order_number, serial);
CREATE INDEX sales_by_customer ON sales (customer, serial);

-- A sale's updates are at places from 1.
CREATE TABLE updates (
	sale  bytea NOT NULL,
	place bigint NOT NULL,
	meta  text NOT NULL,
	text  bytea NOT NULL,
	PRIMARY KEY (sale, place)
);

CREATE TABLE accounts (
	sale    bytea PRIMARY KEY,
	change  bigint NOT NULL,  -- counts all changes of the sale and what belongs to it
	version bigint NOT NULL,
	apart   boolean NOT NULL, -- whether the activations are in the two tables below
	data    text NOT NULL,
	near    text NOT NULL     -- else they are here
) WITH (fillfactor = 50, toast_tuple_target = 8160);

ALTER TABLE accounts ALTER COLUMN near SET STORAGE EXTERNAL, ALTER COLUMN data SET STORAGE EXTERNAL;

-- Fails, and with it all that comes after in the transaction, unless as many
-- accounts were found unchanged as were to be.
CREATE FUNCTION agreed(changed bigint, expected bigint) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	IF changed <> expected THEN
		RAISE EXCEPTION 'an account was changed meanwhile' USING ERRCODE = 'serialization_failure';
	END IF;
	RETURN true;
END
$$;

CREATE TABLE activations (
	sale bytea NOT NULL,
	id   text COLLATE "C" NOT NULL,
	data text NOT NULL,
	PRIMARY KEY (sale, id)
) WITH (fillfactor = 85);

CREATE TABLE marks (
	sale       bytea NOT NULL,
	mark       bytea NOT NULL,
	activation text COLLATE "C" NOT NULL,
	PRIMARY KEY (sale, mark, activation)
);

-- What sales are searched for by: ids and words of licences and activations,
-- folded as package activation/server folds them. The activation is empty where a
-- term is the sale's own.
CREATE TABLE terms (
	kind       text COLLATE "C" NOT NULL,
	term       text COLLATE "C" NOT NULL,
	sale       bytea NOT NULL,
	activation text COLLATE "C" NOT NULL,
	PRIMARY KEY (kind, term, sale, activation)
);

CREATE TABLE events (
	sale       bytea NOT NULL,
	id         bigint GENERATED ALWAYS AS IDENTITY,
	time       bigint NOT NULL, -- seconds since 1970
	kind       text NOT NULL,
	activation text NOT NULL,
	actor      text NOT NULL,
	detail     text NOT NULL,
	PRIMARY KEY (sale, id)
);

CREATE FUNCTION events_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'events are never changed or removed';
END
$$;

CREATE TRIGGER events_stay BEFORE UPDATE OR DELETE ON events
	FOR EACH ROW EXECUTE FUNCTION events_stay();

CREATE TRIGGER events_remain BEFORE TRUNCATE ON events
	FOR EACH STATEMENT EXECUTE FUNCTION events_stay();
