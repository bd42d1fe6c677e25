# shellcheck shell=bash
# The client's view: one client and one server for all measurements and all candidates.

start_server() {
  if ((with_ipv4)); then spawn wan "$bench/server.log" "$bin_dir/gap_probe" server --bind "$(address_in wan wan)"; fi
  if ((with_ipv6)); then spawn wan "$bench/server.log" "$bin_dir/gap_probe" server --bind "$(address6_in wan wan)"; fi
}

# start_client: a datagram every 0.5 ms from the LAN host to the WAN host; waits until answers come.
client_seconds=60 # at most
start_client() {
  local server
  server=$(address_in wan wan)
  ((with_ipv4)) || server=$(address6_in wan wan)
  rm -f "$bench/client.json"
  spawn lan "$bench/client.json" "$bin_dir/gap_probe" client --to "$server" --seconds "$client_seconds"
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

# Several flows at once, each a datagram every 0.5 ms: forwarded through the pair, or answered by it.
declare -A flow_pid=()
start_flow() { # NAME ADDRESS [OPTION OF gap_probe...]
  rm -f "$bench/flow.$1"
  spawn lan "$bench/flow.$1" "$bin_dir/gap_probe" client --to "$2" --seconds "$client_seconds" "${@:3}"
  flow_pid[$1]=$spawned
}
start_traffic() { # forwarded4 answered4 [forwarded6 answered6]
  local flow
  flow_pid=()
  if ((with_ipv4)); then
    start_flow forwarded4 "$(address_in wan wan)"
    start_flow answered4 "$lan_vip" --icmp yes
  fi
  if ((with_ipv6)); then
    start_flow forwarded6 "$(address6_in wan wan)"
    start_flow answered6 "$lan_vip6" --icmp yes
  fi
  for flow in "${!flow_pid[@]}"; do
    await 5 grep -qs running "$bench/flow.$flow" || note "$flow gets no answers"
  done
}
stop_traffic() {
  local flow
  sleep 0.3 # what follows a takeover belongs to it
  for flow in "${!flow_pid[@]}"; do kill -TERM "${flow_pid[$flow]}" 2>/dev/null || true; done
  for flow in "${!flow_pid[@]}"; do await 5 ended "${flow_pid[$flow]}"; done
}
flow_says() { tail -n 1 "$bench/flow.$1" | jq -r ".$2"; } # FLOW KEY
traffic_says() {                                            # KEY: the sum over all flows
  local flow
  for flow in "${!flow_pid[@]}"; do tail -n 1 "$bench/flow.$flow"; done | jq -s "map(.$1) | add"
}
worst_of_flows() { # KEY
  local flow
  for flow in "${!flow_pid[@]}"; do flow_says "$flow" "$1"; done | worst
}

# One datagram there and back.
traffic_flows() {
  ((!with_ipv4)) || on lan ping -n -q -c 1 -W 0.2 "$(address_in wan wan)" >/dev/null || return 1
  ((!with_ipv6)) || on lan ping -n -q -c 1 -W 0.2 "$(address6_in wan wan)" >/dev/null
}
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

# What passes an interface, by tcpdump: a line per packet in $bench/NAME, arrival first.
declare -A capture_pid=()
start_capture() { # NAME NODE INTERFACE FILTER [OPTION...]
  rm -f "$bench/$1"
  spawn "$2" "$bench/$1" tcpdump -n -l -tt --immediate-mode "${@:5}" -i "$3" "$4"
  capture_pid[$1]=$spawned
  await 5 grep -qs "listening on" "$bench/$1"
}
stop_capture() { # NAME
  kill -INT "${capture_pid[$1]}" 2>/dev/null || true
  await 5 ended "${capture_pid[$1]}"
}
captured() { awk -v pattern="$2" '$0 ~ pattern { n++ } END { print n + 0 }' "$bench/$1"; } # NAME PATTERN

# Stolen processor time of this machine so far, in milliseconds over all processors.
stolen_ms() { awk '/^cpu / { print $9 * 10 }' /proc/stat; }

# median and worst of a list of numbers, one per line.
median() { sort -g | awk '{ v[NR] = $1 } END { if (NR) printf "%.1f", (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'; }
worst() { sort -g | tail -n 1 | awk '{ printf "%.1f", $1 }'; }
