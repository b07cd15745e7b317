-- Files that replace the period that they cover: how a file stands to the earlier ones of its source, and the rows that it withdrew. A
-- withdrawn row stays; that it no longer counts is said by a row of its own, written with the file that says so and never updated.

ALTER TABLE source_file ADD COLUMN mode TEXT COLLATE "C" NOT NULL DEFAULT 'delta' CHECK (mode IN ('delta', 'replace_period'));
ALTER TABLE source_file ADD COLUMN withdrawn_rows BIGINT NOT NULL DEFAULT 0;

-- One revision of one row, of whichever kind: a source's name says what its rows are.
CREATE TABLE withdrawn_row (
    tenant_id TEXT COLLATE "C" NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    record_key TEXT COLLATE "C" NOT NULL,
    occurrence BIGINT NOT NULL CHECK (occurrence >= 1),
    revision BIGINT NOT NULL CHECK (revision >= 1),
    file_number BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, source, record_key, occurrence, revision),
    FOREIGN KEY (tenant_id, file_number) REFERENCES source_file (tenant_id, file_number)
);

-- 移行時の未収: what was taken before the first counter day, row by row of the city's own file.
ALTER TABLE source_file ADD COLUMN brings TEXT COLLATE "C" CHECK (brings IN ('opening'));

CREATE TABLE opening_item (
    tenant_id TEXT COLLATE "C" NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    record_key TEXT COLLATE "C" NOT NULL,
    occurrence BIGINT NOT NULL CHECK (occurrence >= 1),
    revision BIGINT NOT NULL CHECK (revision >= 1),
    file_number BIGINT NOT NULL,
    row_number BIGINT NOT NULL,
    content_sha256 BYTEA NOT NULL CHECK (length(content_sha256) = 32),
    contract_id TEXT COLLATE "C" NOT NULL,
    method TEXT COLLATE "C" NOT NULL,
    brand TEXT COLLATE "C",
    terminal_id TEXT COLLATE "C",
    slip_number TEXT COLLATE "C",
    approval_code TEXT COLLATE "C",
    paid_at BIGINT NOT NULL,
    day TEXT COLLATE "C" NOT NULL CHECK (day ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
    amount BIGINT NOT NULL CHECK (amount > 0),
    note TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, source, record_key, occurrence, revision),
    FOREIGN KEY (tenant_id, file_number) REFERENCES source_file (tenant_id, file_number)
);
CREATE INDEX opening_item_by_day ON opening_item (tenant_id, day);
