INSERT INTO match_link_member (tenant_id, run_number, link_id, position, side, subject, amount)
SELECT $1, $2, row.*
FROM UNNEST($3::text[], $4::bigint[], $5::text[], $6::text[], $7::bigint[]) AS row
