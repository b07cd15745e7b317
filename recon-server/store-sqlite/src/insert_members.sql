INSERT INTO match_link_member (tenant_id, run_number, link_id, position, side, subject, amount)
VALUES
