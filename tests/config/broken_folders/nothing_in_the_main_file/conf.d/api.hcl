api {
  listen = "0.0.0.0:8080"
}
