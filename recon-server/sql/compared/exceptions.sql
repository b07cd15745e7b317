SELECT
    class AS "class!", counter_id AS "counter_id?", incarnation AS "incarnation?", sequence_number AS "sequence_number?",
    file_number AS "file_number?", row_number AS "row_number?", terminal_id AS "terminal_id!", key_number AS "key_number!",
    day AS "day?", sale_amount AS "sale_amount?", line_amount AS "line_amount?"
FROM stored_match_exception
WHERE tenant_id = $1 AND match_number = $2 AND position > $3
ORDER BY position
LIMIT $4
