INSERT INTO stored_match_exception
    (tenant_id, match_number, position, class, counter_id, incarnation, sequence_number, file_number, row_number, terminal_id,
     key_number, day, sale_amount, line_amount)
SELECT $1, $2, row.*
FROM UNNEST(
    $3::bigint[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::text[], $11::text[],
    $12::text[], $13::bigint[], $14::bigint[]
) AS row
