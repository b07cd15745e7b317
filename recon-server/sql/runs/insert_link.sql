INSERT INTO match_link (tenant_id, run_number, link_id, leg, stage, evidence) VALUES ($1, $2, $3, $4, $5, $6)
