SELECT e.counter_id AS "counter_id!", e.incarnation AS "incarnation!", e.sequence_number AS "sequence_number!",
    e.attempt_id AS "attempt_id!: Uuid", e.citizen_exit AS "citizen_exit!", e.recorded_at AS "recorded_at!"
FROM attempt_exit e
WHERE e.tenant_id = $1
  AND e.attempt_id IN (SELECT a.attempt_id FROM attempt a WHERE a.tenant_id = $1 AND a.business_day BETWEEN $2 AND $3)
ORDER BY e.counter_id, e.incarnation, e.sequence_number
