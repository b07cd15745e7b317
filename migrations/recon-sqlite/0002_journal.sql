-- The journals: frozen bytes as they came, never updated, never deleted; and what does not fit, kept beside them.

CREATE TABLE journal_entry (
    tenant_id TEXT NOT NULL,
    counter_id TEXT NOT NULL,
    incarnation INTEGER NOT NULL,
    sequence_number INTEGER NOT NULL CHECK (sequence_number >= 1),
    kind INTEGER NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    received_at INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (tenant_id, counter_id, incarnation, sequence_number),
    FOREIGN KEY (tenant_id, counter_id, incarnation) REFERENCES incarnation (tenant_id, counter_id, incarnation)
) STRICT;

CREATE TABLE aside_entry (
    tenant_id TEXT NOT NULL,
    counter_id TEXT NOT NULL,
    incarnation INTEGER NOT NULL,
    sequence_number INTEGER NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    kind INTEGER NOT NULL,
    reason TEXT NOT NULL CHECK (reason IN ('position_taken', 'other_chain', 'after_replacement')),
    amount INTEGER,
    receipt_number INTEGER,
    received_at INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (tenant_id, counter_id, incarnation, sequence_number, hash),
    FOREIGN KEY (tenant_id, counter_id, incarnation) REFERENCES incarnation (tenant_id, counter_id, incarnation)
) STRICT;
