SELECT o.counter_id AS "counter_id!", o.incarnation AS "incarnation!", o.sequence_number AS "sequence_number!",
    o.attempt_id AS "attempt_id!: Uuid", o.outcome AS "outcome!", o.evidence AS "evidence?", o.recorded_at AS "recorded_at!"
FROM attempt_outcome o
WHERE o.tenant_id = $1
  AND EXISTS (
    SELECT 1 FROM attempt_outcome u WHERE u.tenant_id = $1 AND u.attempt_id = o.attempt_id AND u.word = 'unknown'
  )
  AND NOT EXISTS (
    SELECT 1 FROM attempt_outcome k WHERE k.tenant_id = $1 AND k.attempt_id = o.attempt_id AND k.word <> 'unknown'
  )
ORDER BY o.counter_id, o.incarnation, o.sequence_number
