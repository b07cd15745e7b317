SELECT s.counter_id AS "counter_id!", s.incarnation AS "incarnation!", s.sequence_number AS "sequence_number!",
    s.sale_id AS "sale_id!: Uuid", s.receipt_counter AS "receipt_counter!",
    s.receipt_incarnation AS "receipt_incarnation!", s.receipt_number AS "receipt_number!",
    s.business_day AS "business_day!", s.payment_date AS "payment_date!", s.paid_at AS "paid_at!", s.total AS "total!",
    s.method AS "method!", s.route AS "route!", s.brand AS "brand?", s.contract_id AS "contract_id?",
    s.attempt_id AS "attempt_id?: Uuid", s.amount AS "amount!", s.tendered AS "tendered?",
    s.change_given AS "change_given?", s.standing AS "standing!", s.terminal_id AS "terminal_id?",
    s.slip_number AS "slip_number?", s.approval_code AS "approval_code?", s.sheet_number AS "sheet_number?",
    s.payer_digits AS "payer_digits?", s.lines AS "lines!", s.operator AS "operator?", s.recorded_at AS "recorded_at!"
FROM sale s
WHERE s.tenant_id = $1 AND s.payment_date BETWEEN $2 AND $3
ORDER BY s.counter_id, s.incarnation, s.sequence_number
