-- What each entry says, computed from that entry alone and keyed by it. Only inserted; rebuilt from journal_entry at any time.

CREATE TABLE sale (
    tenant_id TEXT COLLATE "C" NOT NULL,
    counter_id TEXT COLLATE "C" NOT NULL,
    incarnation BIGINT NOT NULL,
    sequence_number BIGINT NOT NULL,
    sale_id UUID NOT NULL,
    receipt_counter TEXT COLLATE "C" NOT NULL,
    receipt_incarnation BIGINT NOT NULL,
    receipt_number BIGINT NOT NULL,
    business_day TEXT COLLATE "C" NOT NULL CHECK (business_day ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
    payment_date TEXT COLLATE "C" NOT NULL CHECK (payment_date ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
    paid_at BIGINT NOT NULL,
    total BIGINT NOT NULL,
    method TEXT COLLATE "C" NOT NULL,
    route TEXT COLLATE "C" NOT NULL,
    brand TEXT COLLATE "C",
    contract_id TEXT COLLATE "C",
    attempt_id UUID,
    amount BIGINT NOT NULL,
    tendered BIGINT,
    change_given BIGINT,
    standing TEXT COLLATE "C" NOT NULL,
    terminal_id TEXT COLLATE "C",
    slip_number TEXT COLLATE "C",
    approval_code TEXT COLLATE "C",
    sheet_number TEXT COLLATE "C",
    payer_digits TEXT COLLATE "C",
    lines TEXT COLLATE "C" NOT NULL,
    operator TEXT COLLATE "C",
    recorded_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, counter_id, incarnation, sequence_number)
);
CREATE INDEX sale_by_business_day ON sale (tenant_id, business_day, counter_id);
CREATE INDEX sale_by_payment_date ON sale (tenant_id, payment_date);
CREATE INDEX sale_by_id ON sale (tenant_id, sale_id);

CREATE TABLE sale_void (
    tenant_id TEXT COLLATE "C" NOT NULL,
    counter_id TEXT COLLATE "C" NOT NULL,
    incarnation BIGINT NOT NULL,
    sequence_number BIGINT NOT NULL,
    sale_id UUID NOT NULL,
    receipt_counter TEXT COLLATE "C" NOT NULL,
    receipt_incarnation BIGINT NOT NULL,
    receipt_number BIGINT NOT NULL,
    business_day TEXT COLLATE "C" NOT NULL CHECK (business_day ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
    amount BIGINT NOT NULL,
    method TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    attempt_id UUID,
    operator TEXT COLLATE "C",
    recorded_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, counter_id, incarnation, sequence_number)
);
CREATE INDEX sale_void_by_sale ON sale_void (tenant_id, sale_id);

CREATE TABLE attempt (
    tenant_id TEXT COLLATE "C" NOT NULL,
    counter_id TEXT COLLATE "C" NOT NULL,
    incarnation BIGINT NOT NULL,
    sequence_number BIGINT NOT NULL,
    attempt_id UUID NOT NULL,
    sale_id UUID NOT NULL,
    protocol_sequence BIGINT NOT NULL,
    original_id UUID,
    method TEXT COLLATE "C" NOT NULL,
    route TEXT COLLATE "C" NOT NULL,
    contract_id TEXT COLLATE "C",
    brand TEXT COLLATE "C",
    amount BIGINT NOT NULL,
    business_day TEXT COLLATE "C" NOT NULL CHECK (business_day ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
    requested_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, counter_id, incarnation, sequence_number)
);
CREATE INDEX attempt_by_business_day ON attempt (tenant_id, business_day);
CREATE INDEX attempt_by_id ON attempt (tenant_id, attempt_id);

CREATE TABLE attempt_outcome (
    tenant_id TEXT COLLATE "C" NOT NULL,
    counter_id TEXT COLLATE "C" NOT NULL,
    incarnation BIGINT NOT NULL,
    sequence_number BIGINT NOT NULL,
    attempt_id UUID NOT NULL,
    word TEXT COLLATE "C" NOT NULL CHECK (word IN ('approved', 'declined', 'not_started', 'unknown')),
    outcome TEXT COLLATE "C" NOT NULL,
    evidence TEXT COLLATE "C",
    recorded_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, counter_id, incarnation, sequence_number)
);
CREATE INDEX attempt_outcome_by_attempt ON attempt_outcome (tenant_id, attempt_id);
CREATE INDEX attempt_outcome_unknown ON attempt_outcome (tenant_id, attempt_id) WHERE word = 'unknown';

CREATE TABLE attempt_exit (
    tenant_id TEXT COLLATE "C" NOT NULL,
    counter_id TEXT COLLATE "C" NOT NULL,
    incarnation BIGINT NOT NULL,
    sequence_number BIGINT NOT NULL,
    attempt_id UUID NOT NULL,
    citizen_exit TEXT COLLATE "C" NOT NULL,
    recorded_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, counter_id, incarnation, sequence_number)
);
CREATE INDEX attempt_exit_by_attempt ON attempt_exit (tenant_id, attempt_id);

CREATE TABLE overpayment (
    tenant_id TEXT COLLATE "C" NOT NULL,
    counter_id TEXT COLLATE "C" NOT NULL,
    incarnation BIGINT NOT NULL,
    sequence_number BIGINT NOT NULL,
    attempt_id UUID NOT NULL,
    sale_id UUID NOT NULL,
    amount BIGINT NOT NULL,
    cause TEXT COLLATE "C" NOT NULL,
    recorded_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, counter_id, incarnation, sequence_number)
);

CREATE TABLE stray_result (
    tenant_id TEXT COLLATE "C" NOT NULL,
    counter_id TEXT COLLATE "C" NOT NULL,
    incarnation BIGINT NOT NULL,
    sequence_number BIGINT NOT NULL,
    device TEXT COLLATE "C" NOT NULL,
    result TEXT COLLATE "C" NOT NULL,
    recorded_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, counter_id, incarnation, sequence_number)
);

CREATE TABLE day_opening (
    tenant_id TEXT COLLATE "C" NOT NULL,
    counter_id TEXT COLLATE "C" NOT NULL,
    incarnation BIGINT NOT NULL,
    sequence_number BIGINT NOT NULL,
    business_day TEXT COLLATE "C" NOT NULL CHECK (business_day ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
    cut BIGINT NOT NULL,
    operator TEXT COLLATE "C" NOT NULL,
    float_count TEXT COLLATE "C" NOT NULL,
    recorded_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, counter_id, incarnation, sequence_number)
);
CREATE INDEX day_opening_by_day ON day_opening (tenant_id, business_day);

CREATE TABLE day_closing (
    tenant_id TEXT COLLATE "C" NOT NULL,
    counter_id TEXT COLLATE "C" NOT NULL,
    incarnation BIGINT NOT NULL,
    sequence_number BIGINT NOT NULL,
    business_day TEXT COLLATE "C" NOT NULL CHECK (business_day ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
    cut BIGINT NOT NULL,
    settlement TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C",
    chain_head TEXT COLLATE "C" NOT NULL,
    operator TEXT COLLATE "C",
    recorded_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, counter_id, incarnation, sequence_number)
);
CREATE INDEX day_closing_by_day ON day_closing (tenant_id, business_day);

CREATE TABLE terminal_totals (
    tenant_id TEXT COLLATE "C" NOT NULL,
    counter_id TEXT COLLATE "C" NOT NULL,
    incarnation BIGINT NOT NULL,
    sequence_number BIGINT NOT NULL,
    route TEXT COLLATE "C" NOT NULL,
    totals TEXT COLLATE "C" NOT NULL,
    recorded_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, counter_id, incarnation, sequence_number)
);

CREATE TABLE inbox_receipt (
    tenant_id TEXT COLLATE "C" NOT NULL,
    counter_id TEXT COLLATE "C" NOT NULL,
    incarnation BIGINT NOT NULL,
    sequence_number BIGINT NOT NULL,
    number BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, counter_id, incarnation, sequence_number)
);

CREATE TABLE unread_entry (
    tenant_id TEXT COLLATE "C" NOT NULL,
    counter_id TEXT COLLATE "C" NOT NULL,
    incarnation BIGINT NOT NULL,
    sequence_number BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    payload_version BIGINT NOT NULL,
    damaged BOOLEAN NOT NULL,
    PRIMARY KEY (tenant_id, counter_id, incarnation, sequence_number)
);
