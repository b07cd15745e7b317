-- Where the blocks of a bank's file begin and end: the balances that the next file must carry on from. Written with the file, never updated.

CREATE TABLE bank_stretch (
    tenant_id TEXT COLLATE "C" NOT NULL,
    file_number BIGINT NOT NULL,
    place BIGINT NOT NULL CHECK (place >= 1),
    from_day TEXT COLLATE "C" NOT NULL CHECK (from_day ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
    to_day TEXT COLLATE "C" NOT NULL CHECK (to_day ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
    opening BIGINT,
    closing BIGINT,
    PRIMARY KEY (tenant_id, file_number, place),
    FOREIGN KEY (tenant_id, file_number) REFERENCES source_file (tenant_id, file_number)
);
