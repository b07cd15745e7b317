-- Where the blocks of a bank's file begin and end: the balances that the next file must carry on from. Written with the file, never updated.

CREATE TABLE bank_stretch (
    tenant_id TEXT NOT NULL,
    file_number INTEGER NOT NULL,
    place INTEGER NOT NULL CHECK (place >= 1),
    from_day TEXT NOT NULL CHECK (from_day GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    to_day TEXT NOT NULL CHECK (to_day GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    opening INTEGER,
    closing INTEGER,
    PRIMARY KEY (tenant_id, file_number, place),
    FOREIGN KEY (tenant_id, file_number) REFERENCES source_file (tenant_id, file_number)
) STRICT;
