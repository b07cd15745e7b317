INSERT INTO day_opening
    (tenant_id, counter_id, incarnation, sequence_number, business_day, cut, operator, float_count,
     recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
