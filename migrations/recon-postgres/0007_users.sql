-- Users of the centre, their sessions, one-time links, and the audit trail. Secrets as digests only.

CREATE TABLE staff_user (
    tenant_id TEXT COLLATE "C" NOT NULL,
    user_id TEXT COLLATE "C" NOT NULL,
    label TEXT COLLATE "C" NOT NULL,
    role TEXT COLLATE "C" NOT NULL CHECK (role IN ('administrator', 'accountant')),
    password_hash TEXT COLLATE "C",
    active BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
);

CREATE TABLE user_session (
    tenant_id TEXT COLLATE "C" NOT NULL,
    id_sha256 BYTEA NOT NULL CHECK (length(id_sha256) = 32),
    user_id TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    idle_expires_at BIGINT NOT NULL,
    absolute_expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, id_sha256),
    FOREIGN KEY (tenant_id, user_id) REFERENCES staff_user (tenant_id, user_id)
);
CREATE INDEX user_session_by_user ON user_session (tenant_id, user_id);

CREATE TABLE one_time_link (
    tenant_id TEXT COLLATE "C" NOT NULL,
    token_sha256 BYTEA NOT NULL CHECK (length(token_sha256) = 32),
    purpose TEXT COLLATE "C" NOT NULL CHECK (purpose IN ('first_administrator', 'set_password')),
    user_id TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (tenant_id, token_sha256)
);

CREATE TABLE audit_entry (
    tenant_id TEXT COLLATE "C" NOT NULL,
    audit_number BIGINT NOT NULL CHECK (audit_number >= 1),
    at BIGINT NOT NULL,
    actor TEXT COLLATE "C" NOT NULL,
    action TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    detail TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, audit_number)
);
