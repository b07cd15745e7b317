SELECT counter_id AS "counter_id!", incarnation AS "incarnation!", last_sequence AS "last_sequence!", body AS "body!"
FROM sale_pack
WHERE tenant_id = $1 AND last_day >= $2 AND first_day <= $3
ORDER BY counter_id, incarnation, last_sequence
