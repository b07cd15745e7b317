INSERT INTO counter (tenant_id, counter_id, created_at) VALUES ($1, $2, $3)
ON CONFLICT (tenant_id, counter_id) DO NOTHING
