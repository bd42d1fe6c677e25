# Backup Node
replication {
  mode = "replica"
  listen_addr = "192.168.100.2:9001"
  primary_addr = "192.168.100.1:9001"
  peer_addr = "192.168.100.1:9002"
  secret_key = "SHARED_SECRET_KEY"

  ha {
    enabled = true
    priority = 150  # Higher = less preferred
    heartbeat_interval = 1
    failure_threshold = 10
    heartbeat_port = 9002

    virtual_ip {
      address = "10.0.0.100/24"
      interface = "eth1"
    }
  }
}
