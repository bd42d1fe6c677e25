replication { ha { enabled = true } }
