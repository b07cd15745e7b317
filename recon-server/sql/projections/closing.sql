INSERT INTO day_closing
    (tenant_id, counter_id, incarnation, sequence_number, business_day, cut, settlement, reason, chain_head,
     operator, recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
