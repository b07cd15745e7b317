SELECT a.counter_id AS "counter_id!", a.incarnation AS "incarnation!", a.sequence_number AS "sequence_number!",
    a.attempt_id AS "attempt_id!: Uuid", a.sale_id AS "sale_id!: Uuid", a.protocol_sequence AS "protocol_sequence!",
    a.original_id AS "original_id?: Uuid", a.method AS "method!", a.route AS "route!", a.contract_id AS "contract_id?",
    a.brand AS "brand?", a.amount AS "amount!", a.business_day AS "business_day!", a.requested_at AS "requested_at!"
FROM attempt a
WHERE a.tenant_id = $1 AND a.business_day BETWEEN $2 AND $3
ORDER BY a.counter_id, a.incarnation, a.sequence_number
