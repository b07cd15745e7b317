SELECT rowid, counter_id, incarnation, last_sequence
FROM sale_pack
WHERE tenant_id = ?1 AND last_day >= ?2 AND first_day <= ?3
ORDER BY counter_id, incarnation, last_sequence
