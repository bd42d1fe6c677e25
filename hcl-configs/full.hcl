# Every key that Flywall knows, once, with a value that differs from its default where it may. Not a
# configuration to start with: what this version has not built is refused (docs/configuration.md
# says which). full.yaml has the same content.
replication {
  mode                = "replica"
  node_id             = "router-a"
  cluster_id          = "edge"
  listen_addr         = "192.168.100.1:9101"
  primary_addr        = "192.168.100.2:9101"
  peer_addr           = "192.168.100.2:9102"
  peer_addrs          = ["192.168.100.2:9101"]
  secret_key          = "w0Jc2yqf8mN5tR7vX1zB4dG6hK9pL3sQ" # an example: make your own
  secret_key_file     = null                               # instead of secret_key
  previous_secret_key = "Qs3Lp9Kh6Gd4Bz1Xv7Rt5Nm8fqy2cJ0w"
  compression         = false
  encryption          = false
  insecure            = true
  sync_interval       = "250ms"
  batch_size          = 500
  bandwidth_limit     = "10MB"
  state_dir           = "/var/lib/flywall-edge"

  peer "router-b" {
    addresses        = ["192.168.100.2", "10.0.0.3"]
    heartbeat_port   = 9102
    replication_port = 9101
    takeover         = "never"
  }

  cluster "edge" {
    vote_key      = "5f1c0b5a6e2d4c3b7a8990aabbccddeeff00112233445566778899aabbccddee"
    vote_key_file = null
    max_lease     = "5s"
  }

  dataset "leases" {
    type       = "files"
    paths      = ["/etc/kea", "/var/lib/kea"]
    exclude    = ["*.tmp"]
    node_local = ["kea/server-id"]
    validate   = ["/usr/sbin/kea-dhcp4", "-t", "/etc/kea/kea-dhcp4.conf"]
    apply      = "/usr/local/bin/apply-leases --quiet"
    activate   = ["/usr/local/bin/activate leases"]
    durability = "async"
  }

  retention {
    history     = 5000
    generations = 20
    lost        = "168h"
  }

  ha {
    enabled               = true
    priority              = 50
    heartbeat_interval    = "10ms"
    failure_threshold     = 5
    failure_timeout       = "80ms"
    heartbeat_port        = 9102
    failback_mode         = "manual"
    failback_delay        = 30
    failback_window       = "10m"
    takeover              = "never"
    monitor_links         = ["eth0", "eth1"]
    monitor_gateways      = ["192.0.2.1", "2001:db8::1"]
    pre_failover_script   = "/etc/flywall/pre-failover.sh"
    post_failover_script  = "/etc/flywall/post-failover.sh"
    pre_failover_required = true
    script_timeout        = "20s"
    script_user           = "nobody"
    quorum                = "none"
    write_mode            = "allow_all"
    leader_urls           = { router-a = "http://192.168.100.1:8080", router-b = "http://192.168.100.2:8080" }
    forward_writes        = true
    drain_timeout         = "1m"
    transfer_timeout      = "5s"
    shutdown_grace        = "15s"
    max_lag               = "5s"
    stale_grace           = "1m"

    virtual_ip {
      address        = "10.0.0.100/24"
      interface      = "eth1"
      label          = "eth1:vip"
      arp_ping       = true
      gratuitous_arp = false
    }
    virtual_ip {
      address   = "2001:db8:1::100/64"
      interface = "eth1"
    }

    virtual_route {
      to        = "default"
      via       = "192.0.2.1"
      interface = "eth0"
      source    = "192.0.2.10"
      metric    = 50
      table     = 100
    }

    virtual_mac {
      interface = "eth1"
      address   = "02:00:00:00:00:01"
    }

    monitor_link "eth2" {
      weight   = 20
      rise     = 2
      fall     = 2
      interval = "200ms"
    }

    monitor_gateway "fe80::1" {
      interface = "eth0"
      weight    = 30
      rise      = 3
      fall      = 5
      interval  = "500ms"
    }

    monitor_script "resolver" {
      command  = ["/usr/bin/dig", "+time=1", "@127.0.0.1", "example.org"]
      interval = "10s"
      timeout  = "3s"
      weight   = 40
      rise     = 1
      fall     = 2
    }

    monitor_service "dhcp" {
      unit     = "kea-dhcp4-server.service"
      interval = "2s"
      timeout  = "500ms"
      weight   = 60
      rise     = 1
      fall     = 2
    }
    monitor_service "dns" {
      connect = "127.0.0.1:53"
    }

    conntrack_sync {
      enabled       = true
      interface     = "eth3"
      sync_interval = "10s"
      max_entries   = 100000
      min_age       = "1s"
      protocols     = ["tcp", "udp"]
      ignore        = ["127.0.0.0/8", "fe80::/10"]
    }

    lease {
      ttl             = "3s"
      renew           = "1s"
      on_witness_loss = "keep"
    }

    witness "rack" {
      type             = "redis"
      url              = "redis://10.0.0.9:6379"
      key              = "edge"
      address          = null
      path             = null
      token_file       = "/etc/flywall/witness-token"
      connect_timeout  = "500ms"
      on_start         = "backup"
      allow_network_fs = true
    }

    fencing {
      script   = "/etc/flywall/power-off-peer"
      timeout  = "1m"
      required = true
    }

    fence {
      enabled    = false
      forwarding = false
    }

    service "vpn" {
      unit    = "openvpn@office.service"
      command = null
      when    = "always"
      restart = "always"
      timeout = "10s"
    }

    job "report" {
      command       = ["/usr/local/bin/report", "--daily"]
      every         = null
      cron          = "30 2 * * mon-fri"
      timeout       = "10m"
      enabled       = false
      lock_required = false
    }

    notify "chat" {
      url         = "https://chat.example.org/hook"
      secret_file = "/etc/flywall/hook-secret"
      events      = ["became_primary", "split_brain"]
    }
  }
}

api {
  listen          = "127.0.0.1:8081"
  socket          = "/run/flywall/edge.sock"
  token_file      = "/etc/flywall/token"
  tls_cert        = "/etc/flywall/tls.pem"
  tls_key         = "/etc/flywall/tls.key"
  client_ca       = "/etc/flywall/clients.pem"
  allow           = ["10.0.0.0/8", "fd00::/8"]
  health_listen   = "10.0.0.2:8082"
  max_connections = 128
}

log {
  level  = "debug"
  format = "json"
}
