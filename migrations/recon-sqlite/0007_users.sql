-- Users of the centre, their sessions, one-time links, and the audit trail. Secrets as digests only.

CREATE TABLE staff_user (
    tenant_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    label TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('administrator', 'accountant')),
    password_hash TEXT,
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
) STRICT;

CREATE TABLE user_session (
    tenant_id TEXT NOT NULL,
    id_sha256 BLOB NOT NULL CHECK (length(id_sha256) = 32),
    user_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    idle_expires_at INTEGER NOT NULL,
    absolute_expires_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id_sha256),
    FOREIGN KEY (tenant_id, user_id) REFERENCES staff_user (tenant_id, user_id)
) STRICT;
CREATE INDEX user_session_by_user ON user_session (tenant_id, user_id);

CREATE TABLE one_time_link (
    tenant_id TEXT NOT NULL,
    token_sha256 BLOB NOT NULL CHECK (length(token_sha256) = 32),
    purpose TEXT NOT NULL CHECK (purpose IN ('first_administrator', 'set_password')),
    user_id TEXT,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER,
    PRIMARY KEY (tenant_id, token_sha256)
) STRICT;

CREATE TABLE audit_entry (
    tenant_id TEXT NOT NULL,
    audit_number INTEGER NOT NULL CHECK (audit_number >= 1),
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (tenant_id, audit_number)
) STRICT;
