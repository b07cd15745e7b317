SELECT c.contract_id AS "contract_id!", c.valid_from AS "valid_from!", c.version AS "version!", c.config AS "config!"
FROM contract c
WHERE c.tenant_id = $1
  AND NOT EXISTS (
    SELECT 1 FROM contract newer
    WHERE newer.tenant_id = c.tenant_id AND newer.contract_id = c.contract_id AND newer.valid_from = c.valid_from
      AND newer.version > c.version
  )
ORDER BY c.contract_id, c.valid_from
