-- Without being told, SQLite looks for the few revised rows in an index of all rows.
SELECT older.rowid, older.file_number, older.row_number
FROM statement_line newer INDEXED BY statement_line_revised
CROSS JOIN statement_line older ON older.tenant_id = newer.tenant_id AND older.source = newer.source
    AND older.record_key = newer.record_key AND older.occurrence = newer.occurrence AND older.revision = newer.revision - 1
WHERE newer.tenant_id = ?1 AND newer.revision > 1
UNION ALL
SELECT line.rowid, line.file_number, line.row_number
FROM withdrawn_row gone
CROSS JOIN statement_line line ON line.tenant_id = gone.tenant_id AND line.source = gone.source
    AND line.record_key = gone.record_key AND line.occurrence = gone.occurrence AND line.revision = gone.revision
WHERE gone.tenant_id = ?1
