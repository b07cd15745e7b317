UPDATE incarnation SET ended_at = $3
WHERE tenant_id = $1 AND counter_id = $2 AND ended_at IS NULL
