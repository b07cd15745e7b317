INSERT INTO attempt_exit
    (tenant_id, counter_id, incarnation, sequence_number, attempt_id, citizen_exit, recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
