INSERT INTO attempt_outcome
    (tenant_id, counter_id, incarnation, sequence_number, attempt_id, word, outcome, evidence, recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
