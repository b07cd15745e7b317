INSERT INTO stray_result
    (tenant_id, counter_id, incarnation, sequence_number, device, result, recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
