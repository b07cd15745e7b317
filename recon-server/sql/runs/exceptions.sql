SELECT exception_id AS "exception_id!", class AS "class!", leg AS "leg!", subject AS "subject!", amount AS "amount!",
    day AS "day?", sentence AS "sentence!", detail AS "detail!"
FROM match_exception
WHERE tenant_id = $1 AND run_number = $2
ORDER BY class, exception_id
