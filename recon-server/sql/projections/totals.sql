INSERT INTO terminal_totals
    (tenant_id, counter_id, incarnation, sequence_number, route, totals, recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
