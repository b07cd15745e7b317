SELECT counter_id AS "counter_id!", incarnation AS "incarnation!", sequence_number AS "sequence_number!",
    business_day AS "business_day!", cut AS "cut!", settlement AS "settlement!", reason AS "reason?",
    chain_head AS "chain_head!", operator AS "operator?", recorded_at AS "recorded_at!"
FROM day_closing
WHERE tenant_id = $1 AND business_day BETWEEN $2 AND $3
ORDER BY counter_id, incarnation, sequence_number
