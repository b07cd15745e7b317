-- What two persons decide together over the matching (reconciliation.md 5.9): proposed matches, remitter names, reopening; which
-- periods are signed, and the papers as they were signed. Appended once, never updated.

CREATE TABLE control_request (
    tenant_id TEXT COLLATE "C" NOT NULL,
    request_id UUID NOT NULL,
    request_number BIGINT NOT NULL CHECK (request_number >= 1),
    topic TEXT COLLATE "C" NOT NULL CHECK (topic IN ('match', 'alias', 'period')),
    action TEXT COLLATE "C" NOT NULL CHECK (action IN ('confirm', 'refuse', 'revoke', 'reopen')),
    subject TEXT COLLATE "C" NOT NULL,
    document TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    requested_by TEXT COLLATE "C" NOT NULL,
    requested_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, request_id)
);
CREATE UNIQUE INDEX control_request_by_number ON control_request (tenant_id, request_number);

CREATE TABLE control_decision (
    tenant_id TEXT COLLATE "C" NOT NULL,
    request_id UUID NOT NULL,
    decision_number BIGINT NOT NULL CHECK (decision_number >= 1),
    approved BOOLEAN NOT NULL,
    note TEXT COLLATE "C" NOT NULL,
    decided_by TEXT COLLATE "C" NOT NULL,
    decided_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, request_id),
    FOREIGN KEY (tenant_id, request_id) REFERENCES control_request (tenant_id, request_id)
);
CREATE UNIQUE INDEX control_decision_by_number ON control_decision (tenant_id, decision_number);

-- A run is named by its number only: a replay of an audit bundle knows locks and makes runs of its own.
CREATE TABLE period_lock (
    tenant_id TEXT COLLATE "C" NOT NULL,
    lock_number BIGINT NOT NULL CHECK (lock_number >= 1),
    contract_id TEXT COLLATE "C",
    through_day TEXT COLLATE "C" NOT NULL CHECK (through_day ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('locked', 'reopened')),
    reason TEXT COLLATE "C" NOT NULL,
    run_number BIGINT NOT NULL CHECK (run_number >= 1),
    watermark BIGINT NOT NULL,
    actor TEXT COLLATE "C" NOT NULL,
    approver TEXT COLLATE "C",
    at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, lock_number),
    CHECK ((state = 'reopened') = (approver IS NOT NULL))
);

CREATE TABLE signed_paper (
    tenant_id TEXT COLLATE "C" NOT NULL,
    lock_number BIGINT NOT NULL,
    paper TEXT COLLATE "C" NOT NULL,
    document TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, lock_number, paper),
    FOREIGN KEY (tenant_id, lock_number) REFERENCES period_lock (tenant_id, lock_number)
);

-- Numbers that a counter skipped in what it sent: nothing from there on was stored, and what lies between has to come. One row for each
-- end of a journal at which it happened; it is closed when the journal has grown past that end.
CREATE TABLE journal_gap (
    tenant_id TEXT COLLATE "C" NOT NULL,
    counter_id TEXT COLLATE "C" NOT NULL,
    incarnation BIGINT NOT NULL,
    head_number BIGINT NOT NULL,
    seen_number BIGINT NOT NULL CHECK (seen_number > head_number),
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, counter_id, incarnation, head_number),
    FOREIGN KEY (tenant_id, counter_id, incarnation) REFERENCES incarnation (tenant_id, counter_id, incarnation)
);
