SELECT o.counter_id AS "counter_id!", o.incarnation AS "incarnation!", o.sequence_number AS "sequence_number!",
    o.attempt_id AS "attempt_id!: Uuid", o.outcome AS "outcome!", o.evidence AS "evidence?", o.recorded_at AS "recorded_at!"
FROM attempt_outcome o
WHERE o.tenant_id = $1
  AND o.attempt_id IN (SELECT a.attempt_id FROM attempt a WHERE a.tenant_id = $1 AND a.business_day BETWEEN $2 AND $3)
ORDER BY o.counter_id, o.incarnation, o.sequence_number
