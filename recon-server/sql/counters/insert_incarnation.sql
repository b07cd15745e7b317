INSERT INTO incarnation (tenant_id, counter_id, incarnation, first_receipt, granted_at, head_sequence, head_hash)
VALUES ($1, $2, $3, $4, $5, 0, $6)
