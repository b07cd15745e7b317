INSERT INTO withdrawn_row (tenant_id, source, record_key, occurrence, revision, file_number)
VALUES ($1, $2, $3, $4, $5, $6)
