SELECT c.counter_id AS "counter_id!",
    (SELECT MAX(i.last_received_at) FROM incarnation i
     WHERE i.tenant_id = c.tenant_id AND i.counter_id = c.counter_id) AS "last_received_at?: i64",
    (SELECT MAX(z.business_day) FROM day_closing z
     WHERE z.tenant_id = c.tenant_id AND z.counter_id = c.counter_id) AS "last_closed_day?: String",
    (SELECT MAX(o.business_day) FROM day_opening o
     WHERE o.tenant_id = c.tenant_id AND o.counter_id = c.counter_id) AS "last_opened_day?: String"
FROM counter c
WHERE c.tenant_id = $1
ORDER BY c.counter_id
