-- Files that replace the period that they cover: how a file stands to the earlier ones of its source, and the rows that it withdrew. A
-- withdrawn row stays; that it no longer counts is said by a row of its own, written with the file that says so and never updated.

ALTER TABLE source_file ADD COLUMN mode TEXT NOT NULL DEFAULT 'delta' CHECK (mode IN ('delta', 'replace_period'));
ALTER TABLE source_file ADD COLUMN withdrawn_rows INTEGER NOT NULL DEFAULT 0;

-- One revision of one row, of whichever kind: a source's name says what its rows are.
CREATE TABLE withdrawn_row (
    tenant_id TEXT NOT NULL,
    source TEXT NOT NULL,
    record_key TEXT NOT NULL,
    occurrence INTEGER NOT NULL CHECK (occurrence >= 1),
    revision INTEGER NOT NULL CHECK (revision >= 1),
    file_number INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, source, record_key, occurrence, revision),
    FOREIGN KEY (tenant_id, file_number) REFERENCES source_file (tenant_id, file_number)
) STRICT;

-- 移行時の未収: what was taken before the first counter day, row by row of the city's own file.
ALTER TABLE source_file ADD COLUMN brings TEXT CHECK (brings IN ('opening'));

CREATE TABLE opening_item (
    tenant_id TEXT NOT NULL,
    source TEXT NOT NULL,
    record_key TEXT NOT NULL,
    occurrence INTEGER NOT NULL CHECK (occurrence >= 1),
    revision INTEGER NOT NULL CHECK (revision >= 1),
    file_number INTEGER NOT NULL,
    row_number INTEGER NOT NULL,
    content_sha256 BLOB NOT NULL CHECK (length(content_sha256) = 32),
    contract_id TEXT NOT NULL,
    method TEXT NOT NULL,
    brand TEXT,
    terminal_id TEXT,
    slip_number TEXT,
    approval_code TEXT,
    paid_at INTEGER NOT NULL,
    day TEXT NOT NULL CHECK (day GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    amount INTEGER NOT NULL CHECK (amount > 0),
    note TEXT NOT NULL,
    PRIMARY KEY (tenant_id, source, record_key, occurrence, revision),
    FOREIGN KEY (tenant_id, file_number) REFERENCES source_file (tenant_id, file_number)
) STRICT;
CREATE INDEX opening_item_by_day ON opening_item (tenant_id, day);
