INSERT INTO journal_entry (tenant_id, counter_id, incarnation, sequence_number, kind, hash, received_at, bytes)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
