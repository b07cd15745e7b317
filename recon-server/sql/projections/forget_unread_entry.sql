DELETE FROM unread_entry WHERE tenant_id = $1
