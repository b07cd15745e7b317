SELECT v.counter_id AS "counter_id!", v.incarnation AS "incarnation!", v.sequence_number AS "sequence_number!",
    v.sale_id AS "sale_id!: Uuid", v.receipt_counter AS "receipt_counter!",
    v.receipt_incarnation AS "receipt_incarnation!", v.receipt_number AS "receipt_number!",
    v.business_day AS "business_day!", v.amount AS "amount!", v.method AS "method!", v.reason AS "reason!",
    v.attempt_id AS "attempt_id?: Uuid", v.operator AS "operator?", v.recorded_at AS "recorded_at!"
FROM sale_void v
WHERE v.tenant_id = $1
  AND EXISTS (SELECT 1 FROM sale s WHERE s.tenant_id = $1 AND s.sale_id = v.sale_id AND s.business_day BETWEEN $2 AND $3 AND ($4 = '' OR s.counter_id = $4))
ORDER BY v.counter_id, v.incarnation, v.sequence_number
