# Primary Node
replication {
  mode = "primary"
  listen_addr = "192.168.100.1:9001"
  peer_addr = "192.168.100.2:9002"
  secret_key = "SHARED_SECRET_KEY"

  ha {
    enabled = true
    priority = 50  # Lower = more preferred
    failback_mode = "auto"
    failback_delay = 5

    # Heartbeat settings
    heartbeat_interval = 1
    failure_threshold = 10
    heartbeat_port = 9002

    # Virtual IP
    virtual_ip {
      address = "10.0.0.100/24"
      interface = "eth1"
    }
  }
}
