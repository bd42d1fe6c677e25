replication {
  ha {
    heartbeat_interval = "10ms"
    priority           = 60
  }
}
