# shellcheck shell=bash
# The pair under test: its configuration, its two processes per node, and what it says of itself.

declare -A daemon_pid=()
state_options=() # more options for flywalld, e.g. --state-dir DIR

# What write_config puts into the file; a script changes them before.
heartbeat_interval=3ms
failure_threshold=4
shared_secret="an integration secret, only for namespaces"
failback_mode=manual
declare -A priority_of=() # of a node; without it 50, 100, 150 ... in their order
declare -A extra_ha_of=() # more lines inside ha { } of one node
extra_addresses=() # further virtual addresses on eth1, with prefix
extra_ha='    monitor_links = ["eth1", "eth2"]' # more lines inside ha { }
extra_replication=""

virtual_ip_block() { # ADDRESS/LENGTH INTERFACE
  printf '    virtual_ip {\n      address = "%s"\n      interface = "%s"\n    }\n' "$1" "$2"
}
virtual_ip_blocks() {
  local address
  if ((with_ipv4)); then
    virtual_ip_block "$lan_vip/24" eth1
    virtual_ip_block "$wan_vip/24" eth2
  fi
  if ((with_ipv6)); then
    virtual_ip_block "$lan_vip6/64" eth1
    virtual_ip_block "$wan_vip6/64" eth2
  fi
  for address in "${extra_addresses[@]}"; do virtual_ip_block "$address" eth1; done
}

sync_host() { if ((with_ipv4)); then address_in sync "$1"; else echo "[$(address6_in sync "$1")]"; fi; }

# The seed's "Basic HA Setup", with faster timers and a second virtual address on the WAN.
config_of() {
  local node=$1 other peers=() mode=replica
  [[ $node == "${routers[0]}" ]] && mode=primary
  for other in "${routers[@]}"; do [[ $other == "$node" ]] || peers+=("$other"); done
  printf 'replication {\n  mode = "%s"\n  listen_addr = "%s:9001"\n' "$mode" "$(sync_host "$node")"
  if ((${#peers[@]} == 1)); then
    [[ $mode == primary ]] || printf '  primary_addr = "%s:9001"\n' "$(sync_host "${peers[0]}")"
    printf '  peer_addr = "%s:9002"\n' "$(sync_host "${peers[0]}")"
  else
    printf '  peer_addrs = ['
    for other in "${peers[@]}"; do printf '"%s:9001", ' "$(sync_host "$other")"; done
    printf ']\n'
  fi
  printf '  secret_key = "%s"\n%s\n' "$shared_secret" "$extra_replication"
  printf '  ha {\n    enabled = true\n    priority = %d\n' \
    "${priority_of[$node]:-$((50 * $(router_number "$node")))}"
  printf '    failback_mode = "%s"\n    heartbeat_interval = "%s"\n' "$failback_mode" "$heartbeat_interval"
  printf '    failure_threshold = %d\n    heartbeat_port = 9002\n' "$failure_threshold"
  printf '%s\n%s\n' "$extra_ha" "${extra_ha_of[$node]:-}"
  virtual_ip_blocks
  printf '  }\n}\n'
}

write_config() { config_of "$1" | on "$1" install -m 600 /dev/stdin /etc/flywall/flywall.hcl; }

start_daemon() { # NODE
  note "[$1] flywalld --config /etc/flywall/flywall.hcl --foreground ${state_options[*]}"
  spawn "$1" "$bench/$1.log" "$bin_dir/flywalld" --config /etc/flywall/flywall.hcl --foreground \
    "${state_options[@]}"
  daemon_pid[$1]=$spawned
}

stop_daemon() { # NODE: the clean way
  note "[$1] stop flywalld"
  end_process "${daemon_pid[$1]}"
}

# The services process is the child of flywalld.
services_pid() { pgrep -P "${daemon_pid[$1]}" | head -n 1; }

ha() { # NODE SUBCOMMAND...: as JSON
  timeout 5 nsenter --target "${holder_of[$1]}" --net --uts --mount -- "$bin_dir/flywall" -o json ha "${@:2}"
}

says() { ha "$1" status | jq -e "$2" >/dev/null; } # NODE JQ-CONDITION on its status
role_of() { ha "$1" status 2>/dev/null | jq -r '.role // "none"' 2>/dev/null || echo none; }
has_role() { [[ $(role_of "$1") == "$2" ]]; }
epoch_of() { ha "$1" status | jq -r .epoch; }

# primary_of: the one node that says it is primary; nothing when none or several do.
primary_of() {
  local node found=()
  for node in "${routers[@]}"; do if has_role "$node" primary; then found+=("$node"); fi; done
  if ((${#found[@]} == 1)); then echo "${found[0]}"; fi
}
other_than() {
  local node
  for node in "${routers[@]}"; do [[ $node == "$1" ]] || echo "$node"; done
}

# holds NODE ADDRESS: that very address, not another one in the same network.
holds() {
  if [[ $2 == *:* ]]; then
    [[ -n $(on "$1" ip -6 -o addr show to "$2/128") ]]
  else
    [[ -n $(on "$1" ip -4 -o addr show to "$2/32") ]]
  fi
}
holders_of() { # ADDRESS
  local node
  for node in "${routers[@]}"; do if holds "$node" "$1"; then echo "$node"; fi; done
}
held_once() { [[ $(holders_of "$1" | wc -l) -eq 1 ]]; }

# The audit after every case: one primary, every address on it and nowhere else.
gateways() {
  if ((with_ipv4)); then echo "$lan_vip" "$wan_vip"; fi
  if ((with_ipv6)); then echo "$lan_vip6" "$wan_vip6"; fi
}
one_primary() {
  local primary address
  primary=$(primary_of)
  [[ -n $primary ]] || return 1
  for address in $(gateways); do [[ $(holders_of "$address") == "$primary" ]] || return 1; done
}
is_primary() { [[ $(primary_of) == "$1" ]] && one_primary; }
pair_ready() { # one primary, the others its backups, all of them alive to each other
  local node primary
  one_primary || return 1
  primary=$(primary_of)
  for node in $(other_than "$primary"); do has_role "$node" backup || return 1; done
}

start_pair() { # writes the configurations, starts all, waits for one primary
  local node
  for node in "${routers[@]}"; do write_config "$node" && start_daemon "$node"; done
  await 20 pair_ready
}

stop_pair() {
  local node
  for node in "${routers[@]}"; do end_process "${daemon_pid[$node]}"; done
}

last_reason() { ha "$1" status | jq -r '.last_transition.reason // ""'; }
history_has() { # NODE JQ-CONDITION on one of the newest entries
  [[ $(ha "$1" history | jq "[.history[] | select($2)] | length") -gt 0 ]]
}
history_count() { # NODE JQ-CONDITION on all entries
  ha "$1" history --limit 1000 | jq "[.history[] | select($2)] | length"
}
transitions_of() { ha "$1" history | jq '[.history[] | select(.from != .to)] | length'; }

# What a log holds when a check has failed.
show_logs() {
  local node
  for node in "${routers[@]}"; do
    note "last lines of $node:"
    tail -n 20 "$bench/$node.log" 2>/dev/null | sed 's/^/#   /' || true
  done
}
