replication {
  mode = "primary"
  node_id = "a"
  listen_addr = "10.9.0.1:9001"
  peer_addr = "10.9.0.2:9002"
  secret_key = "hunter2-hunter2-ABCDEFGHIJKL-0123456789"
  ha {
    enabled = true
    virtual_ip {
      address = "10.0.0.0/24"
      interface = "eth1"
    }
    virtual_ip {
      address = "10.0.0.255/24"
      interface = "eth1"
    }
    virtual_ip {
      address = "127.0.0.1/8"
      interface = "eth1"
    }
    virtual_ip {
      address = "224.0.0.18/24"
      interface = "eth1"
    }
    virtual_ip {
      address = "fd00::100/64"
      interface = "eth1"
    }
    virtual_ip {
      address = "10.0.0.100/33"
      interface = "a/b"
    }
    virtual_ip {
      address = "10.0.0.100/24"
      interface = "eth1"
    }
  }
}
