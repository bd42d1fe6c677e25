replication {
  peer "router-b" {
    addresses = ["10.9.0.3"]
  }
  peer "router-c" {
    addresses = ["10.9.0.2"]
  }
}
