-- Payout statements as files of their own, long files by parts, and how each source of files is read and when it is due.

-- Payouts come in statements of their own. SQLite cannot widen the CHECK of `kind` in place: `holds` says it beside `kind`.
ALTER TABLE source_file ADD COLUMN holds TEXT CHECK (holds IN ('payout'));

-- What of a long file does not fit into its first part, in order.
CREATE TABLE file_part (
    tenant_id TEXT NOT NULL,
    sha256 BLOB NOT NULL,
    part INTEGER NOT NULL CHECK (part >= 2),
    bytes BLOB NOT NULL,
    PRIMARY KEY (tenant_id, sha256, part),
    FOREIGN KEY (tenant_id, sha256) REFERENCES file_bytes (tenant_id, sha256)
) STRICT;

CREATE TABLE payout_line (
    tenant_id TEXT NOT NULL,
    source TEXT NOT NULL,
    record_key TEXT NOT NULL,
    occurrence INTEGER NOT NULL CHECK (occurrence >= 1),
    revision INTEGER NOT NULL CHECK (revision >= 1),
    file_number INTEGER NOT NULL,
    row_number INTEGER NOT NULL,
    content_sha256 BLOB NOT NULL CHECK (length(content_sha256) = 32),
    contract_id TEXT NOT NULL,
    from_day TEXT NOT NULL CHECK (from_day GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    to_day TEXT NOT NULL CHECK (to_day GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    paid_on TEXT CHECK (paid_on GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    gross INTEGER NOT NULL,
    fee INTEGER NOT NULL,
    net INTEGER NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (tenant_id, source, record_key, occurrence, revision),
    FOREIGN KEY (tenant_id, file_number) REFERENCES source_file (tenant_id, file_number)
) STRICT;
CREATE INDEX payout_line_by_day ON payout_line (tenant_id, to_day);

CREATE TABLE source_setting (
    tenant_id TEXT NOT NULL,
    source TEXT NOT NULL,
    valid_from TEXT NOT NULL CHECK (valid_from GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    version INTEGER NOT NULL CHECK (version >= 1),
    config TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, source, valid_from, version)
) STRICT;
