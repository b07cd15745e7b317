-- Payout statements as files of their own, long files by parts, and how each source of files is read and when it is due.

-- Payouts come in statements of their own. SQLite cannot widen the CHECK of `kind` in place: `holds` says it beside `kind`.
ALTER TABLE source_file ADD COLUMN holds TEXT COLLATE "C" CHECK (holds IN ('payout'));

-- What of a long file does not fit into its first part, in order.
CREATE TABLE file_part (
    tenant_id TEXT COLLATE "C" NOT NULL,
    sha256 BYTEA NOT NULL,
    part BIGINT NOT NULL CHECK (part >= 2),
    bytes BYTEA NOT NULL,
    PRIMARY KEY (tenant_id, sha256, part),
    FOREIGN KEY (tenant_id, sha256) REFERENCES file_bytes (tenant_id, sha256)
);

CREATE TABLE payout_line (
    tenant_id TEXT COLLATE "C" NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    record_key TEXT COLLATE "C" NOT NULL,
    occurrence BIGINT NOT NULL CHECK (occurrence >= 1),
    revision BIGINT NOT NULL CHECK (revision >= 1),
    file_number BIGINT NOT NULL,
    row_number BIGINT NOT NULL,
    content_sha256 BYTEA NOT NULL CHECK (length(content_sha256) = 32),
    contract_id TEXT COLLATE "C" NOT NULL,
    from_day TEXT COLLATE "C" NOT NULL CHECK (from_day ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
    to_day TEXT COLLATE "C" NOT NULL CHECK (to_day ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
    paid_on TEXT COLLATE "C" CHECK (paid_on ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
    gross BIGINT NOT NULL,
    fee BIGINT NOT NULL,
    net BIGINT NOT NULL,
    document TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, source, record_key, occurrence, revision),
    FOREIGN KEY (tenant_id, file_number) REFERENCES source_file (tenant_id, file_number)
);
CREATE INDEX payout_line_by_day ON payout_line (tenant_id, to_day);

CREATE TABLE source_setting (
    tenant_id TEXT COLLATE "C" NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    valid_from TEXT COLLATE "C" NOT NULL CHECK (valid_from ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
    version BIGINT NOT NULL CHECK (version >= 1),
    config TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, source, valid_from, version)
);
