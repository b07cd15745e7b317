INSERT INTO number_sequence (tenant_id, name, last_number) VALUES ($1, $2, 1)
ON CONFLICT (tenant_id, name) DO UPDATE SET last_number = number_sequence.last_number + 1
RETURNING last_number AS "last_number!"
