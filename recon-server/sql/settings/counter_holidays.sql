SELECT h.counter_id AS "counter_id!", h.day AS "day!", h.closed AS "closed!: bool", h.reason AS "reason!",
    h.entered_by AS "entered_by!", h.entered_at AS "entered_at!"
FROM counter_holiday h
WHERE h.tenant_id = $1 AND h.day BETWEEN $2 AND $3 AND h.closed = TRUE
  AND NOT EXISTS (
    SELECT 1 FROM counter_holiday newer
    WHERE newer.tenant_id = h.tenant_id AND newer.counter_id = h.counter_id AND newer.day = h.day
      AND newer.version > h.version
  )
ORDER BY h.counter_id, h.day
