SELECT f.source AS "source!", s.file_number AS "file_number!", s.from_day AS "from_day!", s.to_day AS "to_day!",
       s.opening AS "opening?", s.closing AS "closing?"
FROM bank_stretch s
JOIN source_file f ON f.tenant_id = s.tenant_id AND f.file_number = s.file_number
WHERE s.tenant_id = $1 AND s.to_day >= $2 AND s.file_number <= $3
ORDER BY s.file_number, s.place
