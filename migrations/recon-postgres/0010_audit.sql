-- The audit trail of results: one manifest per recorded run and per issued report, each over the one before; the settings that a run
-- saw, by their digest; files handed to the finance system. Appended once, never updated.

CREATE TABLE audit_blob (
    tenant_id TEXT COLLATE "C" NOT NULL,
    sha256 BYTEA NOT NULL CHECK (length(sha256) = 32),
    bytes BYTEA NOT NULL,
    PRIMARY KEY (tenant_id, sha256)
);

CREATE TABLE audit_manifest (
    tenant_id TEXT COLLATE "C" NOT NULL,
    manifest_number BIGINT NOT NULL CHECK (manifest_number >= 1),
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('run', 'report')),
    run_number BIGINT NOT NULL,
    document TEXT COLLATE "C" NOT NULL,
    sha256 BYTEA NOT NULL CHECK (length(sha256) = 32),
    previous_sha256 BYTEA NOT NULL CHECK (length(previous_sha256) = 32),
    made_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, manifest_number),
    FOREIGN KEY (tenant_id, run_number) REFERENCES match_run (tenant_id, run_number)
);
CREATE INDEX audit_manifest_by_run ON audit_manifest (tenant_id, run_number);

CREATE TABLE finance_export (
    tenant_id TEXT COLLATE "C" NOT NULL,
    export_number BIGINT NOT NULL CHECK (export_number >= 1),
    template TEXT COLLATE "C" NOT NULL,
    from_day TEXT COLLATE "C" NOT NULL CHECK (from_day ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
    to_day TEXT COLLATE "C" NOT NULL CHECK (to_day ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
    batch_id TEXT COLLATE "C" NOT NULL,
    issue BIGINT NOT NULL CHECK (issue >= 1),
    file_name TEXT COLLATE "C" NOT NULL,
    bytes BYTEA NOT NULL,
    file_sha256 BYTEA NOT NULL CHECK (length(file_sha256) = 32),
    content_sha256 BYTEA NOT NULL CHECK (length(content_sha256) = 32),
    row_count BIGINT NOT NULL,
    amount BIGINT NOT NULL,
    fee BIGINT NOT NULL,
    refund BIGINT NOT NULL,
    exported_by TEXT COLLATE "C" NOT NULL,
    exported_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, export_number)
);
CREATE UNIQUE INDEX finance_export_by_batch ON finance_export (tenant_id, batch_id, issue);
