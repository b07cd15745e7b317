SELECT
    incarnation AS "incarnation!", first_receipt AS "first_receipt!", granted_at AS "granted_at!", ended_at AS "ended_at?",
    head_sequence AS "head_sequence!", head_hash AS "head_hash!", last_received_at AS "last_received_at?"
FROM incarnation
WHERE tenant_id = $1 AND counter_id = $2
ORDER BY incarnation
