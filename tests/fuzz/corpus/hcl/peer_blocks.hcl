replication {
  mode = "primary"
  node_id = "a"
  listen_addr = "10.9.0.1:9001"
  peer_addr = "10.9.0.2:9002"
  secret_key = "hunter2-hunter2-ABCDEFGHIJKL-0123456789"
  peer {
    addresses = ["10.9.0.3"]
  }
  peer "a" {
    addresses = ["10.9.0.4"]
  }
  peer "b" "c" {
    addresses = ["10.9.0.5"]
  }
  peer "d" {
    addresses = ["10.9.0.6:9002"]
  }
  peer "e" {
    addresses = []
  }
  peer "e" {
    addresses = ["10.9.0.4"]
  }
  ha {
    enabled = true
    virtual_ip {
      address = "10.0.0.100/24"
      interface = "eth1"
    }
  }
}
