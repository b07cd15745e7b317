-- Refunds after the close (戻出): asked for by one person, decided by another. Two rows, each appended once and never updated.
-- The number is the 戻出決裁番号: given at approval, from 1 without gaps in the fiscal year of the decision.

CREATE TABLE refund_request (
    tenant_id TEXT NOT NULL,
    refund_id BLOB NOT NULL CHECK (length(refund_id) = 16),
    sale_id BLOB NOT NULL CHECK (length(sale_id) = 16),
    counter_id TEXT NOT NULL,
    contract_id TEXT,
    method TEXT NOT NULL,
    brand TEXT,
    original_payment_date TEXT NOT NULL CHECK (original_payment_date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    amount INTEGER NOT NULL CHECK (amount >= 1),
    ground TEXT NOT NULL,
    way TEXT NOT NULL CHECK (way IN ('acquirer', 'bank_transfer')),
    refunded_on TEXT NOT NULL CHECK (refunded_on GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    requested_by TEXT NOT NULL,
    requested_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, refund_id),
    FOREIGN KEY (tenant_id, counter_id) REFERENCES counter (tenant_id, counter_id)
) STRICT;
CREATE INDEX refund_request_by_day ON refund_request (tenant_id, refunded_on);
CREATE INDEX refund_request_by_sale ON refund_request (tenant_id, sale_id);

CREATE TABLE refund_decision (
    tenant_id TEXT NOT NULL,
    refund_id BLOB NOT NULL,
    approved INTEGER NOT NULL CHECK (approved IN (0, 1)),
    note TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    decided_at INTEGER NOT NULL,
    fiscal_year INTEGER NOT NULL,
    refund_number INTEGER CHECK (refund_number >= 1),
    PRIMARY KEY (tenant_id, refund_id),
    FOREIGN KEY (tenant_id, refund_id) REFERENCES refund_request (tenant_id, refund_id)
) STRICT;
CREATE UNIQUE INDEX refund_decision_by_number ON refund_decision (tenant_id, fiscal_year, refund_number);
