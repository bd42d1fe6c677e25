replication {
  mode = "replica"
}
replication {
  node_id = "router-b"
}
