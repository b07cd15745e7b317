-- Counters (窓口), their dated profiles, and who may speak for them: one-time codes and incarnations (世代).
-- Every key begins with the tenant. Instants are microseconds since the epoch; dates are text YYYY-MM-DD.

CREATE TABLE number_sequence (
    tenant_id TEXT NOT NULL,
    name TEXT NOT NULL,
    last_number INTEGER NOT NULL CHECK (last_number >= 1),
    PRIMARY KEY (tenant_id, name)
) STRICT;

CREATE TABLE counter (
    tenant_id TEXT NOT NULL,
    counter_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, counter_id)
) STRICT;

CREATE TABLE counter_profile (
    tenant_id TEXT NOT NULL,
    counter_id TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version >= 1),
    profile TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, counter_id, version),
    FOREIGN KEY (tenant_id, counter_id) REFERENCES counter (tenant_id, counter_id)
) STRICT;

CREATE TABLE enrolment_code (
    tenant_id TEXT NOT NULL,
    code_sha256 BLOB NOT NULL CHECK (length(code_sha256) = 32),
    counter_id TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER,
    used_incarnation INTEGER,
    PRIMARY KEY (tenant_id, code_sha256),
    FOREIGN KEY (tenant_id, counter_id) REFERENCES counter (tenant_id, counter_id)
) STRICT;

CREATE TABLE incarnation (
    tenant_id TEXT NOT NULL,
    counter_id TEXT NOT NULL,
    incarnation INTEGER NOT NULL CHECK (incarnation >= 1),
    first_receipt INTEGER NOT NULL CHECK (first_receipt >= 1),
    granted_at INTEGER NOT NULL,
    ended_at INTEGER,
    head_sequence INTEGER NOT NULL CHECK (head_sequence >= 0),
    head_hash BLOB NOT NULL CHECK (length(head_hash) = 32),
    last_received_at INTEGER,
    PRIMARY KEY (tenant_id, counter_id, incarnation),
    FOREIGN KEY (tenant_id, counter_id) REFERENCES counter (tenant_id, counter_id)
) STRICT;
