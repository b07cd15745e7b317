SELECT counter_id AS "counter_id!", incarnation AS "incarnation!", mark AS "mark!", head_sequence AS "head_sequence!"
FROM (
    SELECT i.counter_id, i.incarnation, i.head_sequence, COALESCE((
        SELECT MAX(p.last_sequence) FROM sale_pack p
        WHERE p.tenant_id = i.tenant_id AND p.counter_id = i.counter_id AND p.incarnation = i.incarnation
    ), 0) AS mark
    FROM incarnation i
    WHERE i.tenant_id = $1
) AS marked
WHERE head_sequence > mark
ORDER BY counter_id, incarnation
