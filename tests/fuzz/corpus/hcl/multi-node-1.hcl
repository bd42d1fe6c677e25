# Node 1 (Primary)
replication {
  mode = "primary"
  node_id = "node1"
  listen_addr = "10.0.0.1:9001"
  peer_addrs = ["10.0.0.2:9001", "10.0.0.3:9001"]
  secret_key = "SHARED_SECRET"

  ha {
    enabled = true
    priority = 50
    virtual_ip {
      address = "10.0.0.100/24"
      interface = "eth1"
    }
  }
}
