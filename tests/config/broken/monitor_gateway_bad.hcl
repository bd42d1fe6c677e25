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
    monitor_gateways = ["192.0.2.1", "192.0.2.1", "gateway", "10.0.0.100", "fe80::1"]
    monitor_gateway "not an address" {
      interval = "1ms"
    }
    monitor_gateway "fe80::2" {
    }
    monitor_gateway "127.0.0.1" {
    }
  }
}
