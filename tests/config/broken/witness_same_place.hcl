replication {
  mode = "primary"
  node_id = "a"
  listen_addr = "10.9.0.1:9001"
  peer_addr = "10.9.0.2:9002"
  secret_key = "hunter2-hunter2-ABCDEFGHIJKL-0123456789"
  ha {
    enabled = true
    witness "one" {
      type = "node"
      address = "10.9.0.9:9002"
      on_start = "backup"
    }
    witness "two" {
      type = "node"
      address = "10.9.0.9:9002"
    }
    virtual_ip {
      address = "10.0.0.100/24"
      interface = "eth1"
    }
  }
}
