SELECT v.counter_id AS "counter_id!", v.incarnation AS "incarnation!", v.sequence_number AS "sequence_number!",
    v.sale_id AS "sale_id!: Uuid", v.receipt_counter AS "receipt_counter!",
    v.receipt_incarnation AS "receipt_incarnation!", v.receipt_number AS "receipt_number!",
    v.business_day AS "business_day!", v.amount AS "amount!", v.method AS "method!", v.reason AS "reason!",
    v.attempt_id AS "attempt_id?: Uuid", v.operator AS "operator?", v.recorded_at AS "recorded_at!"
FROM sale_void v
WHERE v.tenant_id = $1
  AND v.sale_id IN (SELECT s.sale_id FROM sale s WHERE s.tenant_id = $1 AND s.payment_date BETWEEN $2 AND $3)
ORDER BY v.counter_id, v.incarnation, v.sequence_number
