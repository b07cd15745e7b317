INSERT INTO signed_paper (tenant_id, lock_number, paper, document) VALUES ($1, $2, $3, $4)
