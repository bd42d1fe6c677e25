replication {
  mode       = "primary"
  node_id    = "router-a"
  secret_key = "w0Jc2yqf8mN5tR7vX1zB4dG6hK9pL3sQ"
  peer "router-b" {
    addresses = ["10.9.0.2"]
  }
  ha {
    enabled = true
    virtual_ip {
      address   = "10.0.0.100/24"
      interface = "eth1"
    }
    virtual_ip {
      address   = "ff02::1/64"
      interface = "eth1"
    }
    virtual_ip {
      address   = "::ffff:10.0.0.9/120"
      interface = "eth1"
    }
    virtual_ip {
      address   = "fe80::100/64"
      interface = "eth1"
      label     = "eth1:six"
    }
    virtual_ip {
      address   = "fe80::100/64"
      interface = "eth2"
    }
    virtual_ip {
      address   = "fe80:0::100/64"
      interface = "eth1"
    }
    virtual_ip {
      address   = "fd00::/0"
      interface = "eth1"
    }
  }
}
