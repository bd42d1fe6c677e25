# shellcheck shell=bash
# The client's view: one client and one server for all measurements and all candidates.

start_server() {
  spawn wan "$bench/server.log" "$bin_dir/gap_probe" server --bind "$(address_in wan wan)" --port 7
}

# start_client: a datagram every 0.5 ms from the LAN host to the WAN host; waits until answers come.
client_seconds=60 # at most
start_client() {
  rm -f "$bench/client.json"
  spawn lan "$bench/client.json" "$bin_dir/gap_probe" client --to "$(address_in wan wan)" --port 7 \
    --seconds "$client_seconds"
  client_pid=$spawned
  await 5 grep -qs running "$bench/client.json" || note "the client gets no answers"
}

# stop_client: its report is then in $bench/client.json. A moment later, because what follows a
# takeover belongs to it.
stop_client() {
  sleep 0.3
  kill -TERM "$client_pid" 2>/dev/null || true
  await 5 ended "$client_pid"
}
# client_says KEY
client_says() { tail -n 1 "$bench/client.json" | jq -r ".$1"; }

# One datagram there and back.
traffic_flows() { on lan ping -n -q -c 1 -W 0.2 "$(address_in wan wan)" >/dev/null; }
traffic_is_back() { traffic_flows && traffic_flows; }

# start_watch ADDRESS: asks for it every 2 ms on the LAN.
start_watch() {
  rm -f "$bench/watch.json"
  spawn lan "$bench/watch.json" "$bin_dir/arp_listener" watch --interface eth0 --address "$1"
  watch_pid=$spawned
}
stop_watch() {
  kill -TERM "$watch_pid" 2>/dev/null || true
  await 5 ended "$watch_pid"
}
watch_says() { jq -r ".$1" "$bench/watch.json"; }

# Stolen processor time of this machine so far, in milliseconds over all processors.
stolen_ms() { awk '/^cpu / { print $9 * 10 }' /proc/stat; }

# median and worst of a list of numbers, one per line.
median() { sort -g | awk '{ v[NR] = $1 } END { if (NR) printf "%.1f", (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'; }
worst() { sort -g | tail -n 1 | awk '{ printf "%.1f", $1 }'; }
