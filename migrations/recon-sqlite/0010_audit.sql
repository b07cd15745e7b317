-- The audit trail of results: one manifest per recorded run and per issued report, each over the one before; the settings that a run
-- saw, by their digest; files handed to the finance system. Appended once, never updated.

CREATE TABLE audit_blob (
    tenant_id TEXT NOT NULL,
    sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
    bytes BLOB NOT NULL,
    PRIMARY KEY (tenant_id, sha256)
) STRICT;

CREATE TABLE audit_manifest (
    tenant_id TEXT NOT NULL,
    manifest_number INTEGER NOT NULL CHECK (manifest_number >= 1),
    kind TEXT NOT NULL CHECK (kind IN ('run', 'report')),
    run_number INTEGER NOT NULL,
    document TEXT NOT NULL,
    sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
    previous_sha256 BLOB NOT NULL CHECK (length(previous_sha256) = 32),
    made_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, manifest_number),
    FOREIGN KEY (tenant_id, run_number) REFERENCES match_run (tenant_id, run_number)
) STRICT;
CREATE INDEX audit_manifest_by_run ON audit_manifest (tenant_id, run_number);

CREATE TABLE finance_export (
    tenant_id TEXT NOT NULL,
    export_number INTEGER NOT NULL CHECK (export_number >= 1),
    template TEXT NOT NULL,
    from_day TEXT NOT NULL CHECK (from_day GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    to_day TEXT NOT NULL CHECK (to_day GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    batch_id TEXT NOT NULL,
    issue INTEGER NOT NULL CHECK (issue >= 1),
    file_name TEXT NOT NULL,
    bytes BLOB NOT NULL,
    file_sha256 BLOB NOT NULL CHECK (length(file_sha256) = 32),
    content_sha256 BLOB NOT NULL CHECK (length(content_sha256) = 32),
    row_count INTEGER NOT NULL,
    amount INTEGER NOT NULL,
    fee INTEGER NOT NULL,
    refund INTEGER NOT NULL,
    exported_by TEXT NOT NULL,
    exported_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, export_number)
) STRICT;
CREATE UNIQUE INDEX finance_export_by_batch ON finance_export (tenant_id, batch_id, issue);
