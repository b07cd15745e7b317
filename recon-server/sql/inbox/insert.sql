INSERT INTO inbox_item (tenant_id, counter_id, number, decision_key, item, created_at) VALUES ($1, $2, $3, $4, $5, $6)
