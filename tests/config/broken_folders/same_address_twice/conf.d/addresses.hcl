replication {
  ha {
    virtual_ip {
      address   = "10.0.0.101/24"
      interface = "eth1"
    }
    virtual_ip {
      address   = "10.0.0.100/24"
      interface = "eth2"
    }
  }
}
