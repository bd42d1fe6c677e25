replication {
  mode = "primary"
  node_id = "router-a"
  listen_addr = "10.9.0.1:9001"
  peer_addr = "10.9.0.2:9002"
  secret_key = "hunter2-hunter2-ABCDEFGHIJKL-0123456789"
  ha {
    enabled = true
    witness "third" {
      type            = "node"
      address         = "10.9.0.9:port"
    }
    witness "fourth" {
      type            = "node"
      address         = "10.9.0.9:9002"
      connect_timeout = "2m"
      on_start        = "wait"
    }
    virtual_ip {
      address   = "10.0.0.100/24"
      interface = "eth1"
    }
  }
}
