SELECT e.counter_id AS "counter_id!", e.incarnation AS "incarnation!", e.sequence_number AS "sequence_number!",
    e.attempt_id AS "attempt_id!: Uuid", e.citizen_exit AS "citizen_exit!", e.recorded_at AS "recorded_at!"
FROM attempt_exit e
WHERE e.tenant_id = $1
  AND EXISTS (
    SELECT 1 FROM attempt_outcome u WHERE u.tenant_id = $1 AND u.attempt_id = e.attempt_id AND u.word = 'unknown'
  )
  AND NOT EXISTS (
    SELECT 1 FROM attempt_outcome k WHERE k.tenant_id = $1 AND k.attempt_id = e.attempt_id AND k.word <> 'unknown'
  )
ORDER BY e.counter_id, e.incarnation, e.sequence_number
