replication {
  mode = "primary"
  node_id = "router-a"
  listen_addr = "10.9.0.1:9001"
  peer "router-b" {
    addresses = ["10.9.0.2"]
  }
  peer "router-c" {
    addresses = ["10.9.0.3"]
  }
  peer "router-d" {
    addresses = ["10.9.0.4"]
  }
  peer "router-e" {
    addresses = ["10.9.0.5"]
  }
  peer "router-f" {
    addresses = ["10.9.0.6"]
  }
  peer "router-g" {
    addresses = ["10.9.0.7"]
  }
  peer "router-h" {
    addresses = ["10.9.0.8"]
  }
  peer "router-i" {
    addresses = ["10.9.0.9"]
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
