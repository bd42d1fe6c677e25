# A pair with a shared file as the third vote: docs/witness.md. On node b: the other node_id, listen_addr and peer_addr.
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

    # Both nodes must see the same file. With a folder, each cluster has a file of its own there.
    witness "shared-disk" {
      type             = "file"
      path             = "/srv/shared/flywall"
      allow_network_fs = false # true only when its locks and renames are known to be good
    }

    virtual_ip {
      address   = "10.0.0.100/24"
      interface = "eth1"
    }
  }
}
