# A pair with Redis as the third vote: docs/witness.md. On node b: the other node_id, listen_addr and peer_addr.
replication {
  mode            = "primary"
  node_id         = "fw-a"
  cluster_id      = "edge"
  listen_addr     = "10.0.0.1:9001"
  peer_addr       = "10.0.0.2:9002"
  secret_key      = "w0Jc2yqf8mN5tR7vX1zB4dG6hK9pL3sQ" # an example: make your own

  ha {
    enabled            = true
    priority           = 50
    heartbeat_interval = "10ms"
    failure_threshold  = 4

    # One server with "appendfsync always" and "maxmemory-policy noeviction"; no replica of it.
    witness "rack-redis" {
      type     = "redis"
      url      = "redis://10.0.0.9:6379"
      on_start = "fail" # or "backup": start without it
    }

    virtual_ip {
      address   = "10.0.0.100/24"
      interface = "eth1"
    }
  }
}
