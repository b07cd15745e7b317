-- Files from acquirers and banks: raw bytes, receipts, and facts with identity and revision. Facts are never updated.

CREATE TABLE file_bytes (
    tenant_id TEXT NOT NULL,
    sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
    bytes BLOB NOT NULL,
    PRIMARY KEY (tenant_id, sha256)
) STRICT;

CREATE TABLE source_file (
    tenant_id TEXT NOT NULL,
    file_number INTEGER NOT NULL CHECK (file_number >= 1),
    sha256 BLOB NOT NULL,
    source TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('statement', 'bank')),
    name TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    uploader TEXT NOT NULL,
    period_from TEXT CHECK (period_from GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    period_to TEXT CHECK (period_to GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    state TEXT NOT NULL CHECK (state IN ('accepted', 'refused')),
    refusal TEXT,
    new_rows INTEGER NOT NULL,
    revised_rows INTEGER NOT NULL,
    unchanged_rows INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, file_number),
    FOREIGN KEY (tenant_id, sha256) REFERENCES file_bytes (tenant_id, sha256),
    CHECK ((state = 'refused') = (refusal IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX source_file_accepted_once ON source_file (tenant_id, source, sha256) WHERE state = 'accepted';

CREATE TABLE statement_line (
    tenant_id TEXT NOT NULL,
    source TEXT NOT NULL,
    record_key TEXT NOT NULL,
    occurrence INTEGER NOT NULL CHECK (occurrence >= 1),
    revision INTEGER NOT NULL CHECK (revision >= 1),
    file_number INTEGER NOT NULL,
    row_number INTEGER NOT NULL,
    content_sha256 BLOB NOT NULL CHECK (length(content_sha256) = 32),
    class TEXT NOT NULL,
    contract_id TEXT NOT NULL,
    brand TEXT,
    terminal_id TEXT,
    slip_number TEXT,
    approval_code TEXT,
    transaction_id TEXT,
    amount INTEGER NOT NULL,
    day TEXT NOT NULL CHECK (day GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    payout_date TEXT CHECK (payout_date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    document TEXT NOT NULL,
    PRIMARY KEY (tenant_id, source, record_key, occurrence, revision),
    FOREIGN KEY (tenant_id, file_number) REFERENCES source_file (tenant_id, file_number)
) STRICT;
CREATE INDEX statement_line_by_day ON statement_line (tenant_id, day);

CREATE TABLE bank_entry (
    tenant_id TEXT NOT NULL,
    source TEXT NOT NULL,
    record_key TEXT NOT NULL,
    occurrence INTEGER NOT NULL CHECK (occurrence >= 1),
    revision INTEGER NOT NULL CHECK (revision >= 1),
    file_number INTEGER NOT NULL,
    row_number INTEGER NOT NULL,
    content_sha256 BLOB NOT NULL CHECK (length(content_sha256) = 32),
    account TEXT NOT NULL,
    booked_on TEXT NOT NULL CHECK (booked_on GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    value_date TEXT CHECK (value_date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    amount INTEGER NOT NULL,
    class TEXT NOT NULL,
    remitter_code TEXT,
    remitter_name TEXT,
    inquiry_number TEXT,
    document TEXT NOT NULL,
    PRIMARY KEY (tenant_id, source, record_key, occurrence, revision),
    FOREIGN KEY (tenant_id, file_number) REFERENCES source_file (tenant_id, file_number)
) STRICT;
CREATE INDEX bank_entry_by_day ON bank_entry (tenant_id, booked_on);
