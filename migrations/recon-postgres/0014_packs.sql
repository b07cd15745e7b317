-- Packs: the columns by which sales and statement rows are compared, of many rows in one value (the format: store/src/packs.rs). Written in
-- the transaction that writes the last of their rows, never updated, forgotten by a rebuild together with the rows; facts that were
-- stored before have none and are read row by row. A pack without rows says that there was nothing to pack.

-- Of a counter's incarnation: every sale without cash from behind the pack before up to this entry.
CREATE TABLE sale_pack (
    tenant_id TEXT COLLATE "C" NOT NULL,
    counter_id TEXT COLLATE "C" NOT NULL,
    incarnation BIGINT NOT NULL,
    last_sequence BIGINT NOT NULL CHECK (last_sequence >= 1),
    row_count BIGINT NOT NULL CHECK (row_count BETWEEN 0 AND 65536),
    first_day TEXT COLLATE "C" CHECK (first_day ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
    last_day TEXT COLLATE "C" CHECK (last_day ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
    body BYTEA NOT NULL,
    PRIMARY KEY (tenant_id, counter_id, incarnation, last_sequence),
    CHECK ((row_count = 0) = (first_day IS NULL)),
    CHECK ((row_count = 0) = (last_day IS NULL))
);
CREATE INDEX sale_pack_by_day ON sale_pack (tenant_id, last_day, first_day);

-- Of a file: every row of class sale that it brought, new or revised.
CREATE TABLE statement_pack (
    tenant_id TEXT COLLATE "C" NOT NULL,
    file_number BIGINT NOT NULL,
    ordinal BIGINT NOT NULL CHECK (ordinal >= 1),
    row_count BIGINT NOT NULL CHECK (row_count BETWEEN 0 AND 65536),
    first_day TEXT COLLATE "C" CHECK (first_day ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
    last_day TEXT COLLATE "C" CHECK (last_day ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
    body BYTEA NOT NULL,
    PRIMARY KEY (tenant_id, file_number, ordinal),
    CHECK ((row_count = 0) = (first_day IS NULL)),
    CHECK ((row_count = 0) = (last_day IS NULL))
);
CREATE INDEX statement_pack_by_day ON statement_pack (tenant_id, last_day, first_day);

-- Nothing in a body repeats that is worth looking for: it is kept and read as it is.
ALTER TABLE sale_pack ALTER COLUMN body SET STORAGE EXTERNAL;
ALTER TABLE statement_pack ALTER COLUMN body SET STORAGE EXTERNAL;
