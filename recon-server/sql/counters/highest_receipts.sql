SELECT
    (SELECT COALESCE(MAX(s.receipt_number), 0) FROM sale s
     WHERE s.tenant_id = $1 AND s.counter_id = $2) AS "journal!: i64",
    (SELECT COALESCE(MAX(a.receipt_number), 0) FROM aside_entry a
     WHERE a.tenant_id = $1 AND a.counter_id = $2) AS "aside!: i64",
    (SELECT COALESCE(MAX(i.first_receipt), 1) FROM incarnation i
     WHERE i.tenant_id = $1 AND i.counter_id = $2) AS "first_receipt!: i64"
