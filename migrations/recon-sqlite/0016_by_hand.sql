-- More that takes two persons (reconciliation.md 5.9, papers.md 3): evidence entered by hand with a scan, amounts that are done with,
-- chargebacks, changed charges. A CHECK cannot be widened in place: wishes and decisions move into wider tables, unchanged.

CREATE TABLE control_request_wide (
    tenant_id TEXT NOT NULL,
    request_id BLOB NOT NULL CHECK (length(request_id) = 16),
    request_number INTEGER NOT NULL CHECK (request_number >= 1),
    topic TEXT NOT NULL CHECK (topic IN ('match', 'alias', 'period', 'hand', 'write_off', 'chargeback', 'terms')),
    action TEXT NOT NULL CHECK (action IN ('confirm', 'refuse', 'revoke', 'reopen')),
    subject TEXT NOT NULL,
    document TEXT NOT NULL,
    reason TEXT NOT NULL,
    requested_by TEXT NOT NULL,
    requested_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, request_id)
) STRICT;

CREATE TABLE control_decision_wide (
    tenant_id TEXT NOT NULL,
    request_id BLOB NOT NULL,
    decision_number INTEGER NOT NULL CHECK (decision_number >= 1),
    approved INTEGER NOT NULL CHECK (approved IN (0, 1)),
    note TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    decided_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, request_id),
    FOREIGN KEY (tenant_id, request_id) REFERENCES control_request_wide (tenant_id, request_id)
) STRICT;

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
    tenant_id TEXT NOT NULL,
    request_id BLOB NOT NULL,
    sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
    bytes BLOB NOT NULL,
    PRIMARY KEY (tenant_id, request_id),
    FOREIGN KEY (tenant_id, request_id) REFERENCES control_request (tenant_id, request_id)
) STRICT;
