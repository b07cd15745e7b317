-- Files from acquirers and banks: raw bytes, receipts, and facts with identity and revision. Facts are never updated.

CREATE TABLE file_bytes (
    tenant_id TEXT COLLATE "C" NOT NULL,
    sha256 BYTEA NOT NULL CHECK (length(sha256) = 32),
    bytes BYTEA NOT NULL,
    PRIMARY KEY (tenant_id, sha256)
);

CREATE TABLE source_file (
    tenant_id TEXT COLLATE "C" NOT NULL,
    file_number BIGINT NOT NULL CHECK (file_number >= 1),
    sha256 BYTEA NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('statement', 'bank')),
    name TEXT COLLATE "C" NOT NULL,
    received_at BIGINT NOT NULL,
    uploader TEXT COLLATE "C" NOT NULL,
    period_from TEXT COLLATE "C" CHECK (period_from ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
    period_to TEXT COLLATE "C" CHECK (period_to ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('accepted', 'refused')),
    refusal TEXT COLLATE "C",
    new_rows BIGINT NOT NULL,
    revised_rows BIGINT NOT NULL,
    unchanged_rows BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, file_number),
    FOREIGN KEY (tenant_id, sha256) REFERENCES file_bytes (tenant_id, sha256),
    CHECK ((state = 'refused') = (refusal IS NOT NULL))
);
CREATE UNIQUE INDEX source_file_accepted_once ON source_file (tenant_id, source, sha256) WHERE state = 'accepted';

CREATE TABLE statement_line (
    tenant_id TEXT COLLATE "C" NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    record_key TEXT COLLATE "C" NOT NULL,
    occurrence BIGINT NOT NULL CHECK (occurrence >= 1),
    revision BIGINT NOT NULL CHECK (revision >= 1),
    file_number BIGINT NOT NULL,
    row_number BIGINT NOT NULL,
    content_sha256 BYTEA NOT NULL CHECK (length(content_sha256) = 32),
    class TEXT COLLATE "C" NOT NULL,
    contract_id TEXT COLLATE "C" NOT NULL,
    brand TEXT COLLATE "C",
    terminal_id TEXT COLLATE "C",
    slip_number TEXT COLLATE "C",
    approval_code TEXT COLLATE "C",
    transaction_id TEXT COLLATE "C",
    amount BIGINT NOT NULL,
    day TEXT COLLATE "C" NOT NULL CHECK (day ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
    payout_date TEXT COLLATE "C" CHECK (payout_date ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
    document TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, source, record_key, occurrence, revision),
    FOREIGN KEY (tenant_id, file_number) REFERENCES source_file (tenant_id, file_number)
);
CREATE INDEX statement_line_by_day ON statement_line (tenant_id, day);

CREATE TABLE bank_entry (
    tenant_id TEXT COLLATE "C" NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    record_key TEXT COLLATE "C" NOT NULL,
    occurrence BIGINT NOT NULL CHECK (occurrence >= 1),
    revision BIGINT NOT NULL CHECK (revision >= 1),
    file_number BIGINT NOT NULL,
    row_number BIGINT NOT NULL,
    content_sha256 BYTEA NOT NULL CHECK (length(content_sha256) = 32),
    account TEXT COLLATE "C" NOT NULL,
    booked_on TEXT COLLATE "C" NOT NULL CHECK (booked_on ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
    value_date TEXT COLLATE "C" CHECK (value_date ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
    amount BIGINT NOT NULL,
    class TEXT COLLATE "C" NOT NULL,
    remitter_code TEXT COLLATE "C",
    remitter_name TEXT COLLATE "C",
    inquiry_number TEXT COLLATE "C",
    document TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, source, record_key, occurrence, revision),
    FOREIGN KEY (tenant_id, file_number) REFERENCES source_file (tenant_id, file_number)
);
CREATE INDEX bank_entry_by_day ON bank_entry (tenant_id, booked_on);
