-- More that takes two persons (reconciliation.md 5.9, papers.md 3): evidence entered by hand with a scan, amounts that are done with,
-- chargebacks, changed charges. A CHECK cannot be widened in place: wishes and decisions move into wider tables, unchanged.

CREATE TABLE control_request_wide (
    tenant_id TEXT COLLATE "C" NOT NULL,
    request_id UUID NOT NULL,
    request_number BIGINT NOT NULL CHECK (request_number >= 1),
    topic TEXT COLLATE "C" NOT NULL CHECK (topic IN ('match', 'alias', 'period', 'hand', 'write_off', 'chargeback', 'terms')),
    action TEXT COLLATE "C" NOT NULL CHECK (action IN ('confirm', 'refuse', 'revoke', 'reopen')),
    subject TEXT COLLATE "C" NOT NULL,
    document TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    requested_by TEXT COLLATE "C" NOT NULL,
    requested_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, request_id)
);

CREATE TABLE control_decision_wide (
    tenant_id TEXT COLLATE "C" NOT NULL,
    request_id UUID NOT NULL,
    decision_number BIGINT NOT NULL CHECK (decision_number >= 1),
    approved BOOLEAN NOT NULL,
    note TEXT COLLATE "C" NOT NULL,
    decided_by TEXT COLLATE "C" NOT NULL,
    decided_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, request_id),
    FOREIGN KEY (tenant_id, request_id) REFERENCES control_request_wide (tenant_id, request_id)
);

INSERT INTO control_request_wide
    (tenant_id, request_id, request_number, topic, action, subject, document, reason, requested_by, requested_at)
SELECT tenant_id, request_id, request_number, topic, action, subject, document, reason, requested_by, requested_at
FROM control_request;

INSERT INTO control_decision_wide
    (tenant_id, request_id, decision_number, approved, note, decided_by, decided_at)
SELECT tenant_id, request_id, decision_number, approved, note, decided_by, decided_at
FROM control_decision;

DROP TABLE control_decision;
DROP TABLE control_request;
ALTER TABLE control_request_wide RENAME TO control_request;
ALTER TABLE control_decision_wide RENAME TO control_decision;
CREATE UNIQUE INDEX control_request_by_number ON control_request (tenant_id, request_number);
CREATE UNIQUE INDEX control_decision_by_number ON control_decision (tenant_id, decision_number);

-- 証ひょう of a wish: the scan that its author handed in, byte for byte.
CREATE TABLE control_scan (
    tenant_id TEXT COLLATE "C" NOT NULL,
    request_id UUID NOT NULL,
    sha256 BYTEA NOT NULL CHECK (length(sha256) = 32),
    bytes BYTEA NOT NULL,
    PRIMARY KEY (tenant_id, request_id),
    FOREIGN KEY (tenant_id, request_id) REFERENCES control_request (tenant_id, request_id)
);
