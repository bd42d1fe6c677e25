# A node that only votes, for any number of clusters. It needs no secret_key: `flywall keygen
# --witness`, run on a node of each cluster, prints the block that stands here. The nodes of "edge"
# name this machine in witness "rack" { type = "node", address = "10.0.0.9:9002" }.
replication {
  mode    = "witness"
  node_id = "rack"

  cluster "edge" {
    vote_key = "5f1c0b5a6e2d4c3b7a8990aabbccddeeff00112233445566778899aabbccddee"
  }

  ha {
    heartbeat_port = 9002
  }
}
