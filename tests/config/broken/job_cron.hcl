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
    job "a" {
      command = "/bin/true"
      cron    = "60 2 * * *"
    }
    job "b" {
      command = "/bin/true"
      cron    = "* * * *"
    }
    job "c" {
      command = "/bin/true"
      cron    = "0 0 * * mon-xyz"
    }
    job "d" {
      command = "/bin/true"
      cron    = "@fortnightly"
    }
  }
}
