INSERT INTO match_link_member (tenant_id, run_number, link_id, position, side, subject, amount)
VALUES ($1, $2, $3, $4, $5, $6, $7)
