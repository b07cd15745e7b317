-- What the centre tells a counter: numbers without gaps per counter, one number per decision.

CREATE TABLE inbox_item (
    tenant_id TEXT COLLATE "C" NOT NULL,
    counter_id TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL CHECK (number >= 1),
    decision_key TEXT COLLATE "C" NOT NULL,
    item TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, counter_id, number),
    UNIQUE (tenant_id, counter_id, decision_key),
    FOREIGN KEY (tenant_id, counter_id) REFERENCES counter (tenant_id, counter_id)
);
