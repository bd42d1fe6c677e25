replication {
  mode = "primry"
  listen_addr = 9001
  peer_addr = "10.9.0.2:9002
  secret_key = "hunter2" "hunter2"

  ha {
    enabled = yes
    priority = 1000
    virtual_ip {
      adress = "10.0.0.100/24"
      interface = "eth1"
    }
  }

log {
  level = "loud"
}
