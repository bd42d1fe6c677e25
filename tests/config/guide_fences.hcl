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

replication {
  mode = "primary"
  listen_addr = "10.0.0.1:9001"
  peer_addr = "10.0.0.2:9002"
  secret_key = "COMPLEX_SECRET_32_CHARS"

  # Replication settings
  compression = true
  encryption = true
  sync_interval = "1s"
  batch_size = 1000

  ha {
    enabled = true
    priority = 50

    # Failback control
    failback_mode = "manual"  # auto, manual, disabled
    failback_delay = 30
    failback_window = "5m"

    # Failure detection
    heartbeat_interval = 1
    failure_threshold = 5
    failure_timeout = "10s"
    heartbeat_port = 9002

    # Network monitoring
    monitor_links = ["eth0", "eth1"]
    monitor_gateways = ["192.168.1.1"]

    # Conntrack sync
    conntrack_sync {
      enabled = true
      interface = "eth0"
      sync_interval = "5s"
      max_entries = 100000
    }

    # Virtual IP
    virtual_ip {
      address = "10.0.0.100/24"
      interface = "eth1"
      arp_ping = true
      gratuitous_arp = true
    }

    # Pre/post failover scripts
    pre_failover_script = "/etc/flywall/pre-failover.sh"
    post_failover_script = "/etc/flywall/post-failover.sh"
  }
}

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

# Node 2 (Backup)
replication {
  mode = "replica"
  node_id = "node2"
  listen_addr = "10.0.0.2:9001"
  peer_addrs = ["10.0.0.1:9001", "10.0.0.3:9001"]
  secret_key = "SHARED_SECRET"

  ha {
    enabled = true
    priority = 100
    virtual_ip {
      address = "10.0.0.100/24"
      interface = "eth1"
    }
  }
}

# Node 3 (Backup)
replication {
  mode = "replica"
  node_id = "node3"
  listen_addr = "10.0.0.3:9001"
  peer_addrs = ["10.0.0.1:9001", "10.0.0.2:9001"]
  secret_key = "SHARED_SECRET"

  ha {
    enabled = true
    priority = 150
    virtual_ip {
      address = "10.0.0.100/24"
      interface = "eth1"
    }
  }
}
