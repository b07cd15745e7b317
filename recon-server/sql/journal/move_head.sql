UPDATE incarnation SET head_sequence = $4, head_hash = $5, last_received_at = $6
WHERE tenant_id = $1 AND counter_id = $2 AND incarnation = $3
