-- Packs: the columns by which sales and statement rows are compared, of many rows in one value (the format: store/src/packs.rs). Written in
-- the transaction that writes the last of their rows, never updated, forgotten by a rebuild together with the rows; facts that were
-- stored before have none and are read row by row. A pack without rows says that there was nothing to pack.

-- Of a counter's incarnation: every sale without cash from behind the pack before up to this entry.
CREATE TABLE sale_pack (
    tenant_id TEXT NOT NULL,
    counter_id TEXT NOT NULL,
    incarnation INTEGER NOT NULL,
    last_sequence INTEGER NOT NULL CHECK (last_sequence >= 1),
    row_count INTEGER NOT NULL CHECK (row_count BETWEEN 0 AND 65536),
    first_day TEXT CHECK (first_day GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    last_day TEXT CHECK (last_day GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    body BLOB NOT NULL,
    PRIMARY KEY (tenant_id, counter_id, incarnation, last_sequence),
    CHECK ((row_count = 0) = (first_day IS NULL)),
    CHECK ((row_count = 0) = (last_day IS NULL))
) STRICT;
CREATE INDEX sale_pack_by_day ON sale_pack (tenant_id, last_day, first_day);

-- Of a file: every row of class sale that it brought, new or revised.
CREATE TABLE statement_pack (
    tenant_id TEXT NOT NULL,
    file_number INTEGER NOT NULL,
    ordinal INTEGER NOT NULL CHECK (ordinal >= 1),
    row_count INTEGER NOT NULL CHECK (row_count BETWEEN 0 AND 65536),
    first_day TEXT CHECK (first_day GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    last_day TEXT CHECK (last_day GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    body BLOB NOT NULL,
    PRIMARY KEY (tenant_id, file_number, ordinal),
    CHECK ((row_count = 0) = (first_day IS NULL)),
    CHECK ((row_count = 0) = (last_day IS NULL))
) STRICT;
CREATE INDEX statement_pack_by_day ON statement_pack (tenant_id, last_day, first_day);
