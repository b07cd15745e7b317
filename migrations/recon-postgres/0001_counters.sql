-- Counters (窓口), their dated profiles, and who may speak for them: one-time codes and incarnations (世代).
-- Every key begins with the tenant. Instants are microseconds since the epoch; dates are text YYYY-MM-DD.

CREATE TABLE number_sequence (
    tenant_id TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    last_number BIGINT NOT NULL CHECK (last_number >= 1),
    PRIMARY KEY (tenant_id, name)
);

CREATE TABLE counter (
    tenant_id TEXT COLLATE "C" NOT NULL,
    counter_id TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, counter_id)
);

CREATE TABLE counter_profile (
    tenant_id TEXT COLLATE "C" NOT NULL,
    counter_id TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL CHECK (version >= 1),
    profile TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, counter_id, version),
    FOREIGN KEY (tenant_id, counter_id) REFERENCES counter (tenant_id, counter_id)
);

CREATE TABLE enrolment_code (
    tenant_id TEXT COLLATE "C" NOT NULL,
    code_sha256 BYTEA NOT NULL CHECK (length(code_sha256) = 32),
    counter_id TEXT COLLATE "C" NOT NULL,
    created_by TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    used_incarnation BIGINT,
    PRIMARY KEY (tenant_id, code_sha256),
    FOREIGN KEY (tenant_id, counter_id) REFERENCES counter (tenant_id, counter_id)
);

CREATE TABLE incarnation (
    tenant_id TEXT COLLATE "C" NOT NULL,
    counter_id TEXT COLLATE "C" NOT NULL,
    incarnation BIGINT NOT NULL CHECK (incarnation >= 1),
    first_receipt BIGINT NOT NULL CHECK (first_receipt >= 1),
    granted_at BIGINT NOT NULL,
    ended_at BIGINT,
    head_sequence BIGINT NOT NULL CHECK (head_sequence >= 0),
    head_hash BYTEA NOT NULL CHECK (length(head_hash) = 32),
    last_received_at BIGINT,
    PRIMARY KEY (tenant_id, counter_id, incarnation),
    FOREIGN KEY (tenant_id, counter_id) REFERENCES counter (tenant_id, counter_id)
);
