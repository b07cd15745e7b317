SELECT CAST(s.ctid AS TEXT) AS "place!", COALESCE(s.terminal_id, s.sheet_number) AS "terminal?: String", s.slip_number AS "slip_number?",
    s.approval_code AS "approval_code?", s.payment_date AS "payment_date!", s.total AS "total!"
FROM UNNEST(CAST($2 AS TEXT[]), CAST($3 AS BIGINT[]), CAST($4 AS BIGINT[])) WITH ORDINALITY AS behind (counter_id, incarnation, mark, place)
-- Each counter through the key of the table, and the days only afterwards: one look-up for a day would find every counter's.
CROSS JOIN LATERAL (
    SELECT ctid, sequence_number, terminal_id, sheet_number, slip_number, approval_code, payment_date, total, method
    FROM sale
    WHERE tenant_id = $1 AND counter_id = behind.counter_id AND incarnation = behind.incarnation AND sequence_number > behind.mark
    OFFSET 0
) AS s
WHERE s.payment_date BETWEEN $5 AND $6
  AND s.method IN ('credit', 'electronic_money', 'code_static', 'code_dynamic', 'code_consumer_presented')
ORDER BY behind.place, s.sequence_number
