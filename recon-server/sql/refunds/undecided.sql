SELECT r.refund_id AS "refund_id!: Uuid", r.sale_id AS "sale_id!: Uuid", r.counter_id AS "counter_id!", r.contract_id AS "contract_id?",
    r.method AS "method!", r.brand AS "brand?", r.original_payment_date AS "original_payment_date!", r.amount AS "amount!",
    r.ground AS "ground!", r.way AS "way!", r.refunded_on AS "refunded_on!", r.requested_by AS "requested_by!",
    r.requested_at AS "requested_at!", d.approved AS "approved?: bool", d.note AS "note?", d.decided_by AS "decided_by?",
    d.decided_at AS "decided_at?", d.refund_number AS "refund_number?"
FROM refund_request r
LEFT JOIN refund_decision d ON d.tenant_id = r.tenant_id AND d.refund_id = r.refund_id
WHERE r.tenant_id = $1 AND d.refund_id IS NULL
ORDER BY r.requested_at, r.refund_id
