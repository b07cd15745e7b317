-- The journal of one counter and one incarnation: frozen bytes by position. Nothing here is ever updated or deleted.
CREATE TABLE entry (
    sequence_number INTEGER PRIMARY KEY CHECK (sequence_number > 0),
    bytes BLOB NOT NULL
) STRICT;

-- Up to where the centre has it. One row; losing it costs one question to the centre.
CREATE TABLE delivered (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    upto INTEGER NOT NULL CHECK (upto >= 0)
) STRICT;

INSERT INTO delivered (id, upto) VALUES (1, 0);
