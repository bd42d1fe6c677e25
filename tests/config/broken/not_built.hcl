replication {
  mode = "primary"
  node_id = "a"
  listen_addr = "10.9.0.1:9001"
  peer_addr = "10.9.0.2:9002"
  secret_key = "hunter2-hunter2-ABCDEFGHIJKL-0123456789"
  bandwidth_limit = "1MB"
  dataset "leases" {
    type = "dhcp_kea"
  }
  ha {
    enabled = true
    takeover = "never"
    quorum = "majority"
    monitor_gateways = ["10.0.0.1"]
    service "dhcp" { unit = "kea" }
    job "backup" {
      command = ["/bin/true"]
      nothing_known = 5
    }
    witness "third" { type = "redis" }
    lease {
    }
    virtual_ip {
      address = "10.0.0.100/24"
      interface = "eth1"
    }
  }
}
api {
  tls_cert = "/a"
}
