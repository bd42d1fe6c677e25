# A pair with etcd as the third vote: docs/witness.md. On node b: the other node_id, listen_addr and peer_addr.
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

    # The v3 JSON gateway, which listens on the client port.
    witness "etcd" {
      type = "etcd"
      url  = "http://10.0.0.9:2379"
    }

    virtual_ip {
      address   = "10.0.0.100/24"
      interface = "eth1"
    }
  }
}
