-- Runs of the reconciliation, appended once and never updated; and the dated settings that govern them.

CREATE TABLE match_run (
    tenant_id TEXT NOT NULL,
    run_number INTEGER NOT NULL CHECK (run_number >= 1),
    as_of TEXT NOT NULL CHECK (as_of GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    scope_from TEXT NOT NULL CHECK (scope_from GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    scope_to TEXT NOT NULL CHECK (scope_to GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    config_version TEXT NOT NULL,
    watermark INTEGER NOT NULL,
    input_sha256 BLOB NOT NULL CHECK (length(input_sha256) = 32),
    output_sha256 BLOB NOT NULL CHECK (length(output_sha256) = 32),
    verdict TEXT NOT NULL,
    summary TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    PRIMARY KEY (tenant_id, run_number)
) STRICT;

CREATE TABLE match_link (
    tenant_id TEXT NOT NULL,
    run_number INTEGER NOT NULL,
    link_id TEXT NOT NULL,
    leg TEXT NOT NULL,
    stage TEXT NOT NULL,
    evidence TEXT NOT NULL,
    PRIMARY KEY (tenant_id, run_number, link_id),
    FOREIGN KEY (tenant_id, run_number) REFERENCES match_run (tenant_id, run_number)
) STRICT;

CREATE TABLE match_link_member (
    tenant_id TEXT NOT NULL,
    run_number INTEGER NOT NULL,
    link_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    side TEXT NOT NULL,
    subject TEXT NOT NULL,
    amount INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, run_number, link_id, position),
    FOREIGN KEY (tenant_id, run_number, link_id) REFERENCES match_link (tenant_id, run_number, link_id)
) STRICT;
CREATE INDEX match_link_member_by_subject ON match_link_member (tenant_id, run_number, subject);

CREATE TABLE match_exception (
    tenant_id TEXT NOT NULL,
    run_number INTEGER NOT NULL,
    exception_id TEXT NOT NULL,
    class TEXT NOT NULL,
    leg TEXT NOT NULL,
    subject TEXT NOT NULL,
    amount INTEGER NOT NULL,
    day TEXT CHECK (day GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    sentence TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (tenant_id, run_number, exception_id),
    FOREIGN KEY (tenant_id, run_number) REFERENCES match_run (tenant_id, run_number)
) STRICT;

CREATE TABLE match_report_line (
    tenant_id TEXT NOT NULL,
    run_number INTEGER NOT NULL,
    report TEXT NOT NULL,
    position INTEGER NOT NULL,
    line TEXT NOT NULL,
    PRIMARY KEY (tenant_id, run_number, report, position),
    FOREIGN KEY (tenant_id, run_number) REFERENCES match_run (tenant_id, run_number)
) STRICT;

CREATE TABLE contract (
    tenant_id TEXT NOT NULL,
    contract_id TEXT NOT NULL,
    valid_from TEXT NOT NULL CHECK (valid_from GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    version INTEGER NOT NULL CHECK (version >= 1),
    config TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, contract_id, valid_from, version)
) STRICT;

CREATE TABLE bank_holiday (
    tenant_id TEXT NOT NULL,
    day TEXT NOT NULL CHECK (day GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    name TEXT NOT NULL,
    PRIMARY KEY (tenant_id, day)
) STRICT;

CREATE TABLE counter_holiday (
    tenant_id TEXT NOT NULL,
    counter_id TEXT NOT NULL,
    day TEXT NOT NULL CHECK (day GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    version INTEGER NOT NULL CHECK (version >= 1),
    closed INTEGER NOT NULL CHECK (closed IN (0, 1)),
    reason TEXT NOT NULL,
    entered_by TEXT NOT NULL,
    entered_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, counter_id, day, version),
    FOREIGN KEY (tenant_id, counter_id) REFERENCES counter (tenant_id, counter_id)
) STRICT;
