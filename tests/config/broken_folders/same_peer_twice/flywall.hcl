replication {
  mode = "primary"
  node_id = "router-a"
  listen_addr = "10.9.0.1:9001"
  peer "router-b" {
    addresses = ["10.9.0.2"]
  }
  secret_key = "hunter2-hunter2-ABCDEFGHIJKL-0123456789"
  ha {
    enabled = true
    virtual_ip {
      address   = "10.0.0.100/24"
      interface = "eth1"
    }
  }
}
