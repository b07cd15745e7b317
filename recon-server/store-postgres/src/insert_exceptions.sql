INSERT INTO match_exception (tenant_id, run_number, exception_id, class, leg, subject, amount, day, sentence, detail)
SELECT $1, $2, row.*
FROM UNNEST($3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::text[], $9::text[], $10::text[]) AS row
