replication {
  mode = "witness"
  node_id = "rack"
  cluster "one" {
    vote_key = "too short"
  }
  cluster "two" {
  }
  cluster "three" {
    vote_key = "0000000000000000000000000000000000000000000000000000000000000000"
    vote_key_file = "/nowhere"
  }
  cluster "three" {
    vote_key = "0000000000000000000000000000000000000000000000000000000000000000"
  }
}
