replication {
  mode       = "primary"
  node_id    = "router-a"
  secret_key = "w0Jc2yqf8mN5tR7vX1zB4dG6hK9pL3sQ"
  peer "router-b" {
    addresses = ["10.9.0.2"]
  }
  ha {
    enabled = true
    virtual_ip {
      address   = "10.0.0.100/24"
      interface = "eth1"
    }
  }
}
api {
  health_listen   = "127.0.0.1:8080"
  max_connections = 0
  socket          = "/run/flywall/a-very-long-name-of-a-socket-that-no-kernel-takes/because-the-room-is-only-108-bytes-long/api.sock"
  tls_key         = "/etc/flywall/tls.key"
}
