-- What two persons decide together over the matching (reconciliation.md 5.9): proposed matches, remitter names, reopening; which
-- periods are signed, and the papers as they were signed. Appended once, never updated.

CREATE TABLE control_request (
    tenant_id TEXT NOT NULL,
    request_id BLOB NOT NULL CHECK (length(request_id) = 16),
    request_number INTEGER NOT NULL CHECK (request_number >= 1),
    topic TEXT NOT NULL CHECK (topic IN ('match', 'alias', 'period')),
    action TEXT NOT NULL CHECK (action IN ('confirm', 'refuse', 'revoke', 'reopen')),
    subject TEXT NOT NULL,
    document TEXT NOT NULL,
    reason TEXT NOT NULL,
    requested_by TEXT NOT NULL,
    requested_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, request_id)
) STRICT;
CREATE UNIQUE INDEX control_request_by_number ON control_request (tenant_id, request_number);

CREATE TABLE control_decision (
    tenant_id TEXT NOT NULL,
    request_id BLOB NOT NULL,
    decision_number INTEGER NOT NULL CHECK (decision_number >= 1),
    approved INTEGER NOT NULL CHECK (approved IN (0, 1)),
    note TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    decided_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, request_id),
    FOREIGN KEY (tenant_id, request_id) REFERENCES control_request (tenant_id, request_id)
) STRICT;
CREATE UNIQUE INDEX control_decision_by_number ON control_decision (tenant_id, decision_number);

-- A run is named by its number only: a replay of an audit bundle knows locks and makes runs of its own.
CREATE TABLE period_lock (
    tenant_id TEXT NOT NULL,
    lock_number INTEGER NOT NULL CHECK (lock_number >= 1),
    contract_id TEXT,
    through_day TEXT NOT NULL CHECK (through_day GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    state TEXT NOT NULL CHECK (state IN ('locked', 'reopened')),
    reason TEXT NOT NULL,
    run_number INTEGER NOT NULL CHECK (run_number >= 1),
    watermark INTEGER NOT NULL,
    actor TEXT NOT NULL,
    approver TEXT,
    at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, lock_number),
    CHECK ((state = 'reopened') = (approver IS NOT NULL))
) STRICT;

CREATE TABLE signed_paper (
    tenant_id TEXT NOT NULL,
    lock_number INTEGER NOT NULL,
    paper TEXT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (tenant_id, lock_number, paper),
    FOREIGN KEY (tenant_id, lock_number) REFERENCES period_lock (tenant_id, lock_number)
) STRICT;

-- Numbers that a counter skipped in what it sent: nothing from there on was stored, and what lies between has to come. One row for each
-- end of a journal at which it happened; it is closed when the journal has grown past that end.
CREATE TABLE journal_gap (
    tenant_id TEXT NOT NULL,
    counter_id TEXT NOT NULL,
    incarnation INTEGER NOT NULL,
    head_number INTEGER NOT NULL,
    seen_number INTEGER NOT NULL CHECK (seen_number > head_number),
    seen_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, counter_id, incarnation, head_number),
    FOREIGN KEY (tenant_id, counter_id, incarnation) REFERENCES incarnation (tenant_id, counter_id, incarnation)
) STRICT;
