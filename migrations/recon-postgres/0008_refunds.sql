-- Refunds after the close (戻出): asked for by one person, decided by another. Two rows, each appended once and never updated.
-- The number is the 戻出決裁番号: given at approval, from 1 without gaps in the fiscal year of the decision.

CREATE TABLE refund_request (
    tenant_id TEXT COLLATE "C" NOT NULL,
    refund_id UUID NOT NULL,
    sale_id UUID NOT NULL,
    counter_id TEXT COLLATE "C" NOT NULL,
    contract_id TEXT COLLATE "C",
    method TEXT COLLATE "C" NOT NULL,
    brand TEXT COLLATE "C",
    original_payment_date TEXT COLLATE "C" NOT NULL CHECK (original_payment_date ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
    amount BIGINT NOT NULL CHECK (amount >= 1),
    ground TEXT COLLATE "C" NOT NULL,
    way TEXT COLLATE "C" NOT NULL CHECK (way IN ('acquirer', 'bank_transfer')),
    refunded_on TEXT COLLATE "C" NOT NULL CHECK (refunded_on ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
    requested_by TEXT COLLATE "C" NOT NULL,
    requested_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, refund_id),
    FOREIGN KEY (tenant_id, counter_id) REFERENCES counter (tenant_id, counter_id)
);
CREATE INDEX refund_request_by_day ON refund_request (tenant_id, refunded_on);
CREATE INDEX refund_request_by_sale ON refund_request (tenant_id, sale_id);

CREATE TABLE refund_decision (
    tenant_id TEXT COLLATE "C" NOT NULL,
    refund_id UUID NOT NULL,
    approved BOOLEAN NOT NULL,
    note TEXT COLLATE "C" NOT NULL,
    decided_by TEXT COLLATE "C" NOT NULL,
    decided_at BIGINT NOT NULL,
    fiscal_year BIGINT NOT NULL,
    refund_number BIGINT CHECK (refund_number >= 1),
    PRIMARY KEY (tenant_id, refund_id),
    FOREIGN KEY (tenant_id, refund_id) REFERENCES refund_request (tenant_id, refund_id)
);
CREATE UNIQUE INDEX refund_decision_by_number ON refund_decision (tenant_id, fiscal_year, refund_number);
