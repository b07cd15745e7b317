SELECT counter_id AS "counter_id!", incarnation AS "incarnation!", sequence_number AS "sequence_number!",
    totals AS "totals!", recorded_at AS "recorded_at!"
FROM terminal_totals
WHERE tenant_id = $1 AND recorded_at >= $2 AND recorded_at < $3
ORDER BY counter_id, incarnation, sequence_number
