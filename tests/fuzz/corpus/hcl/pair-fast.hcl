# One node of a pair with the fastest sensible timers: a dead peer is noticed after 12 ms. Two
# paths (sync cable and LAN), virtual addresses on two interfaces. The other node has the same
# file with the other addresses, its own priority, and mode = "replica".
replication {
  mode            = "primary"
  node_id         = "router-a"
  cluster_id      = "edge"
  listen_addr     = "192.168.100.1:9001"
  secret_key      = "w0Jc2yqf8mN5tR7vX1zB4dG6hK9pL3sQ" # an example: make your own
  state_dir       = "/var/lib/flywall"

  peer "router-b" {
    addresses = ["192.168.100.2", "10.0.0.3"]
  }

  ha {
    enabled            = true
    priority           = 50
    heartbeat_interval = "3ms"
    failure_threshold  = 4
    heartbeat_port     = 9002
    monitor_links      = ["eth1", "eth2"]

    virtual_ip {
      address   = "10.0.0.100/24"
      interface = "eth1"
    }
    virtual_ip {
      address   = "203.0.113.10/24"
      interface = "eth2"
      label     = "eth2:vip"
      arp_ping  = true
    }
  }
}

api {
  listen = "127.0.0.1:8080"
}

log {
  level = "info"
}
