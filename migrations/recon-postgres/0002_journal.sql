-- The journals: frozen bytes as they came, never updated, never deleted; and what does not fit, kept beside them.

CREATE TABLE journal_entry (
    tenant_id TEXT COLLATE "C" NOT NULL,
    counter_id TEXT COLLATE "C" NOT NULL,
    incarnation BIGINT NOT NULL,
    sequence_number BIGINT NOT NULL CHECK (sequence_number >= 1),
    kind BIGINT NOT NULL,
    hash BYTEA NOT NULL CHECK (length(hash) = 32),
    received_at BIGINT NOT NULL,
    bytes BYTEA NOT NULL,
    PRIMARY KEY (tenant_id, counter_id, incarnation, sequence_number),
    FOREIGN KEY (tenant_id, counter_id, incarnation) REFERENCES incarnation (tenant_id, counter_id, incarnation)
);

CREATE TABLE aside_entry (
    tenant_id TEXT COLLATE "C" NOT NULL,
    counter_id TEXT COLLATE "C" NOT NULL,
    incarnation BIGINT NOT NULL,
    sequence_number BIGINT NOT NULL,
    hash BYTEA NOT NULL CHECK (length(hash) = 32),
    kind BIGINT NOT NULL,
    reason TEXT COLLATE "C" NOT NULL CHECK (reason IN ('position_taken', 'other_chain', 'after_replacement')),
    amount BIGINT,
    receipt_number BIGINT,
    received_at BIGINT NOT NULL,
    bytes BYTEA NOT NULL,
    PRIMARY KEY (tenant_id, counter_id, incarnation, sequence_number, hash),
    FOREIGN KEY (tenant_id, counter_id, incarnation) REFERENCES incarnation (tenant_id, counter_id, incarnation)
);
