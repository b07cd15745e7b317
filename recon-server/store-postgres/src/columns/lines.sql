SELECT CAST(ctid AS TEXT) AS "place!", file_number AS "file_number!", row_number AS "row_number!"
FROM statement_line
WHERE ctid = ANY (CAST(CAST($1 AS TEXT[]) AS tid[]))
