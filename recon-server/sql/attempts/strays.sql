SELECT counter_id AS "counter_id!", incarnation AS "incarnation!", sequence_number AS "sequence_number!",
    device AS "device!", result AS "result!", recorded_at AS "recorded_at!"
FROM stray_result
WHERE tenant_id = $1
ORDER BY recorded_at, counter_id, incarnation, sequence_number
