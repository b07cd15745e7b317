INSERT INTO source_setting (tenant_id, source, valid_from, version, config, created_at) VALUES ($1, $2, $3, $4, $5, $6)
