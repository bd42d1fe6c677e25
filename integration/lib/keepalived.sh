# shellcheck shell=bash
# The one to beat, in the same routers: VRRPv3, two instances in a sync group, real-time priority.
# Configured for speed and, like our pair in the benchmark, without preemption.

keepalived_interval=0.01 # seconds; its minimum
declare -A keepalived_pid=()

keepalived_instance() { # NAME INTERFACE ID PRIORITY ADDRESS
  local address
  printf 'vrrp_instance %s {\n  state BACKUP\n  nopreempt\n  interface %s\n' "$1" "$2"
  printf '  virtual_router_id %d\n  priority %d\n  version 3\n  advert_int %s\n' "$3" "$4" \
    "$keepalived_interval"
  printf '  virtual_ipaddress {\n    %s/24\n  }\n' "$5"
  if [[ $1 == lan && ${#extra_addresses[@]} -gt 0 ]]; then
    printf '  virtual_ipaddress_excluded {\n'
    for address in "${extra_addresses[@]}"; do printf '    %s\n' "$address"; done
    printf '  }\n'
  fi
  printf '}\n'
}

keepalived_config() { # NODE
  local priority=$((200 - 50 * $(router_number "$1")))
  printf 'global_defs {\n  router_id %s\n  vrrp_version 3\n  vrrp_rt_priority 50\n' "$1"
  # The default allowance of 10 ms without a pause kills it when it has many addresses.
  printf '  vrrp_rlimit_rttime 2000000\n  vrrp_no_swap\n  vrrp_garp_master_refresh 0\n}\n'
  printf 'vrrp_sync_group pair {\n  group {\n    lan\n    wan\n  }\n}\n'
  keepalived_instance lan eth1 51 "$priority" "$lan_vip"
  keepalived_instance wan eth2 52 "$priority" "$wan_vip"
}

start_keepalived() { # NODE
  note "[$1] keepalived --vrrp, advert every $keepalived_interval s"
  keepalived_config "$1" | on "$1" tee /etc/keepalived/keepalived.conf >/dev/null
  # A killed one that nobody has reaped yet would pass for running.
  on "$1" rm -f /run/keepalived.pid /run/vrrp.pid
  spawn "$1" "$bench/$1.log" keepalived --dont-fork --log-console --vrrp
  keepalived_pid[$1]=$spawned
}

# Its processes in that node, the parent first.
keepalived_processes() { echo "${keepalived_pid[$1]}"; pgrep -P "${keepalived_pid[$1]}"; }

# kill_keepalived NODE: all its processes, the working child first: it asks the kernel for a SIGTERM
# at its parent's death, and would use that to leave in good order.
kill_keepalived() {
  local pid pids
  mapfile -t pids < <(keepalived_processes "$1")
  for pid in "${pids[@]:1}" "${pids[0]}"; do kill -KILL "$pid"; done
  for pid in "${pids[@]}"; do await 5 ended "$pid"; done
}

# After kill -9 it leaves its addresses; whoever starts it again has to remove them.
forget_addresses() { # NODE
  on "$1" ip -4 addr flush dev eth1
  on "$1" ip -4 addr flush dev eth2
  on "$1" ip addr add "$(address_in lan "$1")/24" dev eth1
  on "$1" ip addr add "$(address_in wan "$1")/24" dev eth2
}

stop_keepalived() { # NODE
  local pid pids
  mapfile -t pids < <(keepalived_processes "$1")
  end_process "${pids[0]}"
  for pid in "${pids[@]}"; do await 5 ended "$pid" || kill -KILL "$pid"; done
}
