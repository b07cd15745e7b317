SELECT counter_id AS "counter_id!", incarnation AS "incarnation!", sequence_number AS "sequence_number!",
    attempt_id AS "attempt_id!: Uuid", sale_id AS "sale_id!: Uuid", amount AS "amount!", cause AS "cause!",
    recorded_at AS "recorded_at!"
FROM overpayment
WHERE tenant_id = $1
ORDER BY recorded_at, counter_id, incarnation, sequence_number
