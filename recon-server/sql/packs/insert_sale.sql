INSERT INTO sale_pack
    (tenant_id, counter_id, incarnation, last_sequence, row_count, first_day, last_day, body)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
