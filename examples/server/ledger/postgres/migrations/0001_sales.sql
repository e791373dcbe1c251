-- Sales are found by keyed hashes of their serial number and request key, and
-- all that belongs to one by that of the serial number. Texts are compared by
-- their bytes. Rows that change leave room in their pages, so that they need no
-- new entries in an index.

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
	version      bigint NOT NULL,
	data         json NOT NULL
) WITH (fillfactor = 75);

CREATE INDEX sales_by_serial ON sales (serial);
CREATE INDEX sales_by_product ON sales (product, serial);
CREATE INDEX sales_by_order ON sales (order_number, serial);
CREATE INDEX sales_by_customer ON sales (customer, serial);

-- The licence is at place 0, its updates are at 1 and after.
CREATE TABLE documents (
	sale  bytea NOT NULL,
	place bigint NOT NULL,
	meta  json NOT NULL,
	text  bytea NOT NULL,
	PRIMARY KEY (sale, place)
);

CREATE TABLE activations (
	sale bytea NOT NULL,
	id   text COLLATE "C" NOT NULL,
	data json NOT NULL,
	PRIMARY KEY (sale, id)
) WITH (fillfactor = 85);

CREATE TABLE marks (
	sale       bytea NOT NULL,
	mark       bytea NOT NULL,
	activation text COLLATE "C" NOT NULL,
	PRIMARY KEY (sale, mark, activation)
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
