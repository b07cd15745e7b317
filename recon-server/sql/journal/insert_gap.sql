INSERT INTO journal_gap (tenant_id, counter_id, incarnation, head_number, seen_number, seen_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (tenant_id, counter_id, incarnation, head_number) DO NOTHING
