-- Runs of the reconciliation, appended once and never updated; and the dated settings that govern them.

CREATE TABLE match_run (
    tenant_id TEXT COLLATE "C" NOT NULL,
    run_number BIGINT NOT NULL CHECK (run_number >= 1),
    as_of TEXT COLLATE "C" NOT NULL CHECK (as_of ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
    scope_from TEXT COLLATE "C" NOT NULL CHECK (scope_from ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
    scope_to TEXT COLLATE "C" NOT NULL CHECK (scope_to ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
    config_version TEXT COLLATE "C" NOT NULL,
    watermark BIGINT NOT NULL,
    input_sha256 BYTEA NOT NULL CHECK (length(input_sha256) = 32),
    output_sha256 BYTEA NOT NULL CHECK (length(output_sha256) = 32),
    verdict TEXT COLLATE "C" NOT NULL,
    summary TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, run_number)
);

CREATE TABLE match_link (
    tenant_id TEXT COLLATE "C" NOT NULL,
    run_number BIGINT NOT NULL,
    link_id TEXT COLLATE "C" NOT NULL,
    leg TEXT COLLATE "C" NOT NULL,
    stage TEXT COLLATE "C" NOT NULL,
    evidence TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, run_number, link_id),
    FOREIGN KEY (tenant_id, run_number) REFERENCES match_run (tenant_id, run_number)
);

CREATE TABLE match_link_member (
    tenant_id TEXT COLLATE "C" NOT NULL,
    run_number BIGINT NOT NULL,
    link_id TEXT COLLATE "C" NOT NULL,
    position BIGINT NOT NULL,
    side TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    amount BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, run_number, link_id, position),
    FOREIGN KEY (tenant_id, run_number, link_id) REFERENCES match_link (tenant_id, run_number, link_id)
);
CREATE INDEX match_link_member_by_subject ON match_link_member (tenant_id, run_number, subject);

CREATE TABLE match_exception (
    tenant_id TEXT COLLATE "C" NOT NULL,
    run_number BIGINT NOT NULL,
    exception_id TEXT COLLATE "C" NOT NULL,
    class TEXT COLLATE "C" NOT NULL,
    leg TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    amount BIGINT NOT NULL,
    day TEXT COLLATE "C" CHECK (day ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
    sentence TEXT COLLATE "C" NOT NULL,
    detail TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, run_number, exception_id),
    FOREIGN KEY (tenant_id, run_number) REFERENCES match_run (tenant_id, run_number)
);

CREATE TABLE match_report_line (
    tenant_id TEXT COLLATE "C" NOT NULL,
    run_number BIGINT NOT NULL,
    report TEXT COLLATE "C" NOT NULL,
    position BIGINT NOT NULL,
    line TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, run_number, report, position),
    FOREIGN KEY (tenant_id, run_number) REFERENCES match_run (tenant_id, run_number)
);

CREATE TABLE contract (
    tenant_id TEXT COLLATE "C" NOT NULL,
    contract_id TEXT COLLATE "C" NOT NULL,
    valid_from TEXT COLLATE "C" NOT NULL CHECK (valid_from ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
    version BIGINT NOT NULL CHECK (version >= 1),
    config TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, contract_id, valid_from, version)
);

CREATE TABLE bank_holiday (
    tenant_id TEXT COLLATE "C" NOT NULL,
    day TEXT COLLATE "C" NOT NULL CHECK (day ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
    name TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, day)
);

CREATE TABLE counter_holiday (
    tenant_id TEXT COLLATE "C" NOT NULL,
    counter_id TEXT COLLATE "C" NOT NULL,
    day TEXT COLLATE "C" NOT NULL CHECK (day ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
    version BIGINT NOT NULL CHECK (version >= 1),
    closed BOOLEAN NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    entered_by TEXT COLLATE "C" NOT NULL,
    entered_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, counter_id, day, version),
    FOREIGN KEY (tenant_id, counter_id) REFERENCES counter (tenant_id, counter_id)
);
