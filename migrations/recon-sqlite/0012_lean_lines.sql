-- Statement rows by columns alone: a row's JSON said once more what the columns say, and was half of its bytes. What only the JSON
-- held becomes columns; nothing of a row is lost, and the file's own bytes stay in file_bytes. No foreign key: each row would look its
-- file up again, and a file is never deleted.

CREATE TABLE statement_line_lean (
    tenant_id TEXT NOT NULL,
    source TEXT NOT NULL,
    file_number INTEGER NOT NULL,
    row_number INTEGER NOT NULL,
    record_key TEXT NOT NULL,
    occurrence INTEGER NOT NULL CHECK (occurrence >= 1),
    revision INTEGER NOT NULL CHECK (revision >= 1),
    content_sha256 BLOB NOT NULL CHECK (length(content_sha256) = 32),
    class TEXT NOT NULL,
    contract_id TEXT NOT NULL,
    brand TEXT,
    terminal_id TEXT,
    slip_number TEXT,
    approval_code TEXT,
    transaction_id TEXT,
    amount INTEGER NOT NULL,
    day TEXT NOT NULL CHECK (day GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    payout_date TEXT CHECK (payout_date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    paid_at INTEGER NOT NULL,
    status_word TEXT NOT NULL,
    brand_word TEXT NOT NULL,
    reference TEXT,
    payer_digits TEXT,
    PRIMARY KEY (tenant_id, source, record_key, occurrence, revision)
) STRICT;

-- A row without a time was none that a reader ever gave; it would be of the first moment of its day in Japan.
INSERT INTO statement_line_lean
    (tenant_id, source, file_number, row_number, record_key, occurrence, revision, content_sha256, class, contract_id, brand,
     terminal_id, slip_number, approval_code, transaction_id, amount, day, payout_date, paid_at, status_word, brand_word, reference,
     payer_digits)
SELECT tenant_id, source, file_number, row_number, record_key, occurrence, revision, content_sha256, class, contract_id, brand,
    terminal_id, slip_number, approval_code, transaction_id, amount, day, payout_date,
    COALESCE(CAST(document ->> '$.at' AS INTEGER), (CAST(strftime('%s', day) AS INTEGER) - 32400) * 1000000),
    COALESCE(document ->> '$.status_word', class), COALESCE(document ->> '$.brand_word', ''),
    document ->> '$.merchant_payment_id', document ->> '$.payer_digits'
FROM statement_line
ORDER BY tenant_id, file_number, row_number;

DROP TABLE statement_line;
ALTER TABLE statement_line_lean RENAME TO statement_line;
CREATE INDEX statement_line_by_day ON statement_line (tenant_id, day);
-- Few rows are ever revised: who reads very many asks only for these, and passes over what they replace.
CREATE INDEX statement_line_revised ON statement_line (tenant_id, file_number) WHERE revision > 1;

-- 大量突合 of stored facts: each comparison and its exceptions, appended once and never updated.
CREATE TABLE stored_match (
    tenant_id TEXT NOT NULL,
    match_number INTEGER NOT NULL CHECK (match_number >= 1),
    scope_from TEXT NOT NULL CHECK (scope_from GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    scope_to TEXT NOT NULL CHECK (scope_to GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    compared_by TEXT NOT NULL CHECK (compared_by IN ('slip', 'approval')),
    watermark INTEGER NOT NULL,
    exception_count INTEGER NOT NULL,
    result TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    PRIMARY KEY (tenant_id, match_number)
) STRICT;

CREATE TABLE stored_match_exception (
    tenant_id TEXT NOT NULL,
    match_number INTEGER NOT NULL,
    position INTEGER NOT NULL CHECK (position >= 1),
    class TEXT NOT NULL,
    counter_id TEXT,
    incarnation INTEGER,
    sequence_number INTEGER,
    file_number INTEGER,
    row_number INTEGER,
    terminal_id TEXT NOT NULL,
    key_number TEXT NOT NULL,
    day TEXT CHECK (day GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    sale_amount INTEGER,
    line_amount INTEGER,
    PRIMARY KEY (tenant_id, match_number, position)
) STRICT;
