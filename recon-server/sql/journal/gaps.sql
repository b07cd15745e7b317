SELECT g.counter_id AS "counter_id!", g.incarnation AS "incarnation!", g.head_number AS "head_number!", g.seen_number AS "seen_number!",
    g.seen_at AS "seen_at!"
FROM journal_gap g
JOIN incarnation i ON i.tenant_id = g.tenant_id AND i.counter_id = g.counter_id AND i.incarnation = g.incarnation
WHERE g.tenant_id = $1 AND g.head_number = i.head_sequence
ORDER BY g.counter_id, g.incarnation
