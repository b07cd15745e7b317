SELECT s.source AS "source!", s.valid_from AS "valid_from!", s.version AS "version!", s.config AS "config!"
FROM source_setting s
WHERE s.tenant_id = $1
  AND NOT EXISTS (
    SELECT 1 FROM source_setting newer
    WHERE newer.tenant_id = s.tenant_id AND newer.source = s.source AND newer.valid_from = s.valid_from
      AND newer.version > s.version
  )
ORDER BY s.source, s.valid_from
