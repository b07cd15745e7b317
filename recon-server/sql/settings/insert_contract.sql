INSERT INTO contract (tenant_id, contract_id, valid_from, version, config, created_at) VALUES ($1, $2, $3, $4, $5, $6)
