SELECT day AS "day!", name AS "name!"
FROM bank_holiday
WHERE tenant_id = $1 AND day BETWEEN $2 AND $3
ORDER BY day
