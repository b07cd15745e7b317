INSERT INTO bank_stretch (tenant_id, file_number, place, from_day, to_day, opening, closing) VALUES ($1, $2, $3, $4, $5, $6, $7)
