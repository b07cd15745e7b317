INSERT INTO aside_entry
    (tenant_id, counter_id, incarnation, sequence_number, hash, kind, reason, amount, receipt_number, received_at, bytes)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (tenant_id, counter_id, incarnation, sequence_number, hash) DO NOTHING
