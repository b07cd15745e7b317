INSERT INTO match_link (tenant_id, run_number, link_id, leg, stage, evidence)
VALUES
