SELECT rowid, file_number, ordinal
FROM statement_pack
WHERE tenant_id = ?1 AND last_day >= ?2 AND first_day <= ?3
ORDER BY file_number, ordinal
