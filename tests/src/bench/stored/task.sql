SET work_mem = '2GB';
SET max_parallel_workers_per_gather = 2;
\timing on
CREATE TEMP TABLE open AS
WITH s AS (
    SELECT terminal_id AS t, slip_number AS n, payment_date AS d, total AS a, counter_id, incarnation, sequence_number
    FROM sale
    WHERE tenant_id = 'mihon' AND payment_date = '2026-07-01'
), l AS (
    SELECT terminal_id AS t, slip_number AS n, day AS d, amount AS a, MIN(ctid) AS first, COUNT(*) AS lines
    FROM statement_line
    WHERE tenant_id = 'mihon' AND day = '2026-07-01' AND class = 'sale'
    GROUP BY terminal_id, slip_number, day, amount
)
SELECT t, n, d, a, counter_id, incarnation, sequence_number, first, lines
FROM s FULL JOIN l USING (t, n, d, a)
WHERE counter_id IS NULL OR lines IS NULL OR lines > 1;
ANALYZE open;
WITH j AS (
    SELECT * FROM open WHERE lines IS NULL
), a AS (
    SELECT open.t, open.n, open.d, open.a, x.file_number, x.row_number
    FROM open JOIN statement_line x ON x.ctid = open.first
    WHERE open.counter_id IS NULL
)
INSERT INTO peer_exception
SELECT
    CASE WHEN a.a IS NULL THEN 'J_ONLY' WHEN j.a IS NULL THEN 'A_ONLY' ELSE 'AMOUNT_DIFF' END,
    j.counter_id, j.incarnation, j.sequence_number, a.file_number, a.row_number, t, n, d, j.a, a.a
FROM j FULL JOIN a USING (t, n, d)
UNION ALL
SELECT
    'DUPLICATE_CHARGE', open.counter_id, open.incarnation, open.sequence_number, x.file_number, x.row_number, t, n, d, a, a
FROM open JOIN statement_line x ON x.terminal_id = t AND x.slip_number = n AND x.day = d AND x.amount = a
    AND x.tenant_id = 'mihon' AND x.class = 'sale' AND x.ctid <> open.first
WHERE lines > 1;
