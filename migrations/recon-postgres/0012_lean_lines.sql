-- Statement rows by columns alone: a row's JSON said once more what the columns say, and was half of its bytes. What only the JSON
-- held becomes columns; nothing of a row is lost, and the file's own bytes stay in file_bytes. No foreign key: each row would look its
-- file up again, and a file is never deleted.

CREATE TABLE statement_line_lean (
    tenant_id TEXT COLLATE "C" NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    file_number BIGINT NOT NULL,
    row_number BIGINT NOT NULL,
    record_key TEXT COLLATE "C" NOT NULL,
    occurrence BIGINT NOT NULL CHECK (occurrence >= 1),
    revision BIGINT NOT NULL CHECK (revision >= 1),
    content_sha256 BYTEA NOT NULL CHECK (length(content_sha256) = 32),
    class TEXT COLLATE "C" NOT NULL,
    contract_id TEXT COLLATE "C" NOT NULL,
    brand TEXT COLLATE "C",
    terminal_id TEXT COLLATE "C",
    slip_number TEXT COLLATE "C",
    approval_code TEXT COLLATE "C",
    transaction_id TEXT COLLATE "C",
    amount BIGINT NOT NULL,
    day TEXT COLLATE "C" NOT NULL CHECK (day ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
    payout_date TEXT COLLATE "C" CHECK (payout_date ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
    paid_at BIGINT NOT NULL,
    status_word TEXT COLLATE "C" NOT NULL,
    brand_word TEXT COLLATE "C" NOT NULL,
    reference TEXT COLLATE "C",
    payer_digits TEXT COLLATE "C",
    PRIMARY KEY (tenant_id, source, record_key, occurrence, revision)
);

-- A row without a time was none that a reader ever gave; it would be of the first moment of its day in Japan.
INSERT INTO statement_line_lean
    (tenant_id, source, file_number, row_number, record_key, occurrence, revision, content_sha256, class, contract_id, brand,
     terminal_id, slip_number, approval_code, transaction_id, amount, day, payout_date, paid_at, status_word, brand_word, reference,
     payer_digits)
SELECT tenant_id, source, file_number, row_number, record_key, occurrence, revision, content_sha256, class, contract_id, brand,
    terminal_id, slip_number, approval_code, transaction_id, amount, day, payout_date,
    COALESCE(CAST(j ->> 'at' AS BIGINT), CAST(EXTRACT(EPOCH FROM CAST(day AS DATE)) AS BIGINT) * 1000000 - 32400000000),
    COALESCE(j ->> 'status_word', class), COALESCE(j ->> 'brand_word', ''), j ->> 'merchant_payment_id', j ->> 'payer_digits'
-- PostgreSQL's text has no NUL: it becomes the character by which the other columns say so.
FROM (SELECT l.*, CAST(replace(l.document, '\u0000', '\ufffd') AS JSON) AS j FROM statement_line l) AS read
ORDER BY tenant_id, file_number, row_number;

DROP TABLE statement_line;
ALTER TABLE statement_line_lean RENAME TO statement_line;
CREATE INDEX statement_line_by_day ON statement_line (tenant_id, day);
-- Few rows are ever revised: who reads very many asks only for these, and passes over what they replace.
CREATE INDEX statement_line_revised ON statement_line (tenant_id, file_number) WHERE revision > 1;

-- 大量突合 of stored facts: each comparison and its exceptions, appended once and never updated.
CREATE TABLE stored_match (
    tenant_id TEXT COLLATE "C" NOT NULL,
    match_number BIGINT NOT NULL CHECK (match_number >= 1),
    scope_from TEXT COLLATE "C" NOT NULL CHECK (scope_from ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
    scope_to TEXT COLLATE "C" NOT NULL CHECK (scope_to ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
    compared_by TEXT COLLATE "C" NOT NULL CHECK (compared_by IN ('slip', 'approval')),
    watermark BIGINT NOT NULL,
    exception_count BIGINT NOT NULL,
    result TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, match_number)
);

CREATE TABLE stored_match_exception (
    tenant_id TEXT COLLATE "C" NOT NULL,
    match_number BIGINT NOT NULL,
    position BIGINT NOT NULL CHECK (position >= 1),
    class TEXT COLLATE "C" NOT NULL,
    counter_id TEXT COLLATE "C",
    incarnation BIGINT,
    sequence_number BIGINT,
    file_number BIGINT,
    row_number BIGINT,
    terminal_id TEXT COLLATE "C" NOT NULL,
    key_number TEXT COLLATE "C" NOT NULL,
    day TEXT COLLATE "C" CHECK (day ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
    sale_amount BIGINT,
    line_amount BIGINT,
    PRIMARY KEY (tenant_id, match_number, position)
);
