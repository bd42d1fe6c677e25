log {
  level = debug
}
