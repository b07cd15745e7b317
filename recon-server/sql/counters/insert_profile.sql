INSERT INTO counter_profile (tenant_id, counter_id, version, profile, created_at) VALUES ($1, $2, $3, $4, $5)
