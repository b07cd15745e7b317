INSERT INTO match_link (tenant_id, run_number, link_id, leg, stage, evidence)
SELECT $1, $2, row.*
FROM UNNEST($3::text[], $4::text[], $5::text[], $6::text[]) AS row
