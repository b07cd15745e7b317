-- What each entry says, computed from that entry alone and keyed by it. Only inserted; rebuilt from journal_entry at any time.

CREATE TABLE sale (
    tenant_id TEXT NOT NULL,
    counter_id TEXT NOT NULL,
    incarnation INTEGER NOT NULL,
    sequence_number INTEGER NOT NULL,
    sale_id BLOB NOT NULL,
    receipt_counter TEXT NOT NULL,
    receipt_incarnation INTEGER NOT NULL,
    receipt_number INTEGER NOT NULL,
    business_day TEXT NOT NULL CHECK (business_day GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    payment_date TEXT NOT NULL CHECK (payment_date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    paid_at INTEGER NOT NULL,
    total INTEGER NOT NULL,
    method TEXT NOT NULL,
    route TEXT NOT NULL,
    brand TEXT,
    contract_id TEXT,
    attempt_id BLOB,
    amount INTEGER NOT NULL,
    tendered INTEGER,
    change_given INTEGER,
    standing TEXT NOT NULL,
    terminal_id TEXT,
    slip_number TEXT,
    approval_code TEXT,
    sheet_number TEXT,
    payer_digits TEXT,
    lines TEXT NOT NULL,
    operator TEXT,
    recorded_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, counter_id, incarnation, sequence_number)
) STRICT;
CREATE INDEX sale_by_business_day ON sale (tenant_id, business_day, counter_id);
CREATE INDEX sale_by_payment_date ON sale (tenant_id, payment_date);
CREATE INDEX sale_by_id ON sale (tenant_id, sale_id);

CREATE TABLE sale_void (
    tenant_id TEXT NOT NULL,
    counter_id TEXT NOT NULL,
    incarnation INTEGER NOT NULL,
    sequence_number INTEGER NOT NULL,
    sale_id BLOB NOT NULL,
    receipt_counter TEXT NOT NULL,
    receipt_incarnation INTEGER NOT NULL,
    receipt_number INTEGER NOT NULL,
    business_day TEXT NOT NULL CHECK (business_day GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    amount INTEGER NOT NULL,
    method TEXT NOT NULL,
    reason TEXT NOT NULL,
    attempt_id BLOB,
    operator TEXT,
    recorded_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, counter_id, incarnation, sequence_number)
) STRICT;
CREATE INDEX sale_void_by_sale ON sale_void (tenant_id, sale_id);

CREATE TABLE attempt (
    tenant_id TEXT NOT NULL,
    counter_id TEXT NOT NULL,
    incarnation INTEGER NOT NULL,
    sequence_number INTEGER NOT NULL,
    attempt_id BLOB NOT NULL,
    sale_id BLOB NOT NULL,
    protocol_sequence INTEGER NOT NULL,
    original_id BLOB,
    method TEXT NOT NULL,
    route TEXT NOT NULL,
    contract_id TEXT,
    brand TEXT,
    amount INTEGER NOT NULL,
    business_day TEXT NOT NULL CHECK (business_day GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    requested_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, counter_id, incarnation, sequence_number)
) STRICT;
CREATE INDEX attempt_by_business_day ON attempt (tenant_id, business_day);
CREATE INDEX attempt_by_id ON attempt (tenant_id, attempt_id);

CREATE TABLE attempt_outcome (
    tenant_id TEXT NOT NULL,
    counter_id TEXT NOT NULL,
    incarnation INTEGER NOT NULL,
    sequence_number INTEGER NOT NULL,
    attempt_id BLOB NOT NULL,
    word TEXT NOT NULL CHECK (word IN ('approved', 'declined', 'not_started', 'unknown')),
    outcome TEXT NOT NULL,
    evidence TEXT,
    recorded_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, counter_id, incarnation, sequence_number)
) STRICT;
CREATE INDEX attempt_outcome_by_attempt ON attempt_outcome (tenant_id, attempt_id);
CREATE INDEX attempt_outcome_unknown ON attempt_outcome (tenant_id, attempt_id) WHERE word = 'unknown';

CREATE TABLE attempt_exit (
    tenant_id TEXT NOT NULL,
    counter_id TEXT NOT NULL,
    incarnation INTEGER NOT NULL,
    sequence_number INTEGER NOT NULL,
    attempt_id BLOB NOT NULL,
    citizen_exit TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, counter_id, incarnation, sequence_number)
) STRICT;
CREATE INDEX attempt_exit_by_attempt ON attempt_exit (tenant_id, attempt_id);

CREATE TABLE overpayment (
    tenant_id TEXT NOT NULL,
    counter_id TEXT NOT NULL,
    incarnation INTEGER NOT NULL,
    sequence_number INTEGER NOT NULL,
    attempt_id BLOB NOT NULL,
    sale_id BLOB NOT NULL,
    amount INTEGER NOT NULL,
    cause TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, counter_id, incarnation, sequence_number)
) STRICT;

CREATE TABLE stray_result (
    tenant_id TEXT NOT NULL,
    counter_id TEXT NOT NULL,
    incarnation INTEGER NOT NULL,
    sequence_number INTEGER NOT NULL,
    device TEXT NOT NULL,
    result TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, counter_id, incarnation, sequence_number)
) STRICT;

CREATE TABLE day_opening (
    tenant_id TEXT NOT NULL,
    counter_id TEXT NOT NULL,
    incarnation INTEGER NOT NULL,
    sequence_number INTEGER NOT NULL,
    business_day TEXT NOT NULL CHECK (business_day GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    cut INTEGER NOT NULL,
    operator TEXT NOT NULL,
    float_count TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, counter_id, incarnation, sequence_number)
) STRICT;
CREATE INDEX day_opening_by_day ON day_opening (tenant_id, business_day);

CREATE TABLE day_closing (
    tenant_id TEXT NOT NULL,
    counter_id TEXT NOT NULL,
    incarnation INTEGER NOT NULL,
    sequence_number INTEGER NOT NULL,
    business_day TEXT NOT NULL CHECK (business_day GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    cut INTEGER NOT NULL,
    settlement TEXT NOT NULL,
    reason TEXT,
    chain_head TEXT NOT NULL,
    operator TEXT,
    recorded_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, counter_id, incarnation, sequence_number)
) STRICT;
CREATE INDEX day_closing_by_day ON day_closing (tenant_id, business_day);

CREATE TABLE terminal_totals (
    tenant_id TEXT NOT NULL,
    counter_id TEXT NOT NULL,
    incarnation INTEGER NOT NULL,
    sequence_number INTEGER NOT NULL,
    route TEXT NOT NULL,
    totals TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, counter_id, incarnation, sequence_number)
) STRICT;

CREATE TABLE inbox_receipt (
    tenant_id TEXT NOT NULL,
    counter_id TEXT NOT NULL,
    incarnation INTEGER NOT NULL,
    sequence_number INTEGER NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, counter_id, incarnation, sequence_number)
) STRICT;

CREATE TABLE unread_entry (
    tenant_id TEXT NOT NULL,
    counter_id TEXT NOT NULL,
    incarnation INTEGER NOT NULL,
    sequence_number INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    payload_version INTEGER NOT NULL,
    damaged INTEGER NOT NULL CHECK (damaged IN (0, 1)),
    PRIMARY KEY (tenant_id, counter_id, incarnation, sequence_number)
) STRICT;
