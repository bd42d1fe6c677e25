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
    quorum = "majority"
    lease {
      ttl = "200ms"
    }
  }
}
