replication {
  mode = "primäry"
}
