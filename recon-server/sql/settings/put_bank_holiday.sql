INSERT INTO bank_holiday (tenant_id, day, name) VALUES ($1, $2, $3)
ON CONFLICT (tenant_id, day) DO UPDATE SET name = excluded.name
