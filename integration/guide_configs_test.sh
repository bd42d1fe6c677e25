#!/usr/bin/env bash
# The six files of the guide (hcl-configs/), started unchanged on machines with those interfaces and
# addresses: each is good, the roles form as the guide promises, the address is held exactly once.
# Three sets side by side, each with a bench of its own (guide_configs_test.sh [SET...]):
#
#   basic     the pair on its sync cable, 1 s x 10
#   advanced  one node whose peer is not there, between two networks, the gateway on eth0
#   nodes     three nodes with the default timers: the first dies, then the second
set -euo pipefail
# shellcheck source=integration/lib.sh
. "$(dirname "$0")/lib.sh"

# NODE FILE: the guide's file as it stands.
install_guide() {
  on "$1" install -m 600 "$source_dir/hcl-configs/$2.hcl" /etc/flywall/flywall.hcl
  check "$2.hcl is good" on "$1" "$bin_dir/flywall" config check /etc/flywall/flywall.hcl
  check "$2.hcl is good for the daemon too" \
    on "$1" "$bin_dir/flywalld" --check --config /etc/flywall/flywall.hcl
  check "$2.hcl is what the node reads" \
    on "$1" cmp -s "$source_dir/hcl-configs/$2.hcl" /etc/flywall/flywall.hcl
}

log_says() { grep -qiE "$2" "$bench/$1.log"; } # NODE PATTERN

# The one node that says it is primary, and the one that holds the address, is NODE.
leads() { [[ $(primary_of) == "$1" && $(holders_of "$lan_vip") == "$1" ]]; }
backs() { # NODE...: all of them are backups without the address
  local node
  for node in "$@"; do has_role "$node" backup && ! holds "$node" "$lan_vip" || return 1; done
}
pair_as_promised() { leads a && backs b; }
three_as_promised() { leads a && backs b c; }
second_leads() { leads b && has_role c backup && ! holds a "$lan_vip"; }
nobody_leads() {
  local node
  [[ -z $(holders_of "$lan_vip") ]] || return 1
  for node in "${routers[@]}"; do ! has_role "$node" primary || return 1; done
}

# What a node has sent from its heartbeat port so far: "packets bytes", IP headers included.
count_heartbeats() { # NODE
  on "$1" nft 'table inet count { chain out { type filter hook output priority 0; udp sport 9002 counter; }; }'
}
heartbeats_sent() { # NODE
  on "$1" nft -j list chain inet count out |
    jq -r '.nftables[].rule.expr[]?.counter? | values | "\(.packets) \(.bytes)"'
}

sent_at_least() { # NODE PACKETS
  local packets
  read -r packets _ <<<"$(heartbeats_sent "$1")"
  ((packets >= $2))
}

# The guide: one heartbeat a second, less than 1 KB/s. Two paths: the sync cable and eth1.
one_heartbeat_a_second() { # NODE
  local start=$EPOCHREALTIME before after took
  read -r -a before <<<"$(heartbeats_sent "$1")"
  check_within 8 "$1 sends heartbeats" sent_at_least "$1" $((before[0] + 8))
  took=$(since "$start")
  read -r -a after <<<"$(heartbeats_sent "$1")"
  note "$1 sent $((after[0] - before[0])) heartbeats, $((after[1] - before[1])) bytes in $took ms on two paths"
  check "$1 sends one heartbeat a second on each of the two" at_least "$took" 2900
  check "$1: heartbeat traffic is below 1 KB/s" \
    at_most "$(((after[1] - before[1]) * 1000 / took))" 1024
}

basic_set() {
  make_bench a b
  install_guide a basic-primary
  install_guide b basic-replica
  count_heartbeats a
  start_daemon b
  start_daemon a
  check_within 30 "basic: the preferred node is primary and holds the address, the other follows" \
    pair_as_promised
  one_heartbeat_a_second a
  check "basic: and so it stays" stays 1 pair_as_promised
  note "kill -9 flywalld on a"
  kill -KILL "${daemon_pid[a]}"
  check_within 12 "basic: the backup takes over and holds the address alone" leads b
  stop_pair
  check "basic: a clean stop leaves no address" nobody_leads
}

gateway_answers() { on a ping -c 1 -W 1 192.168.1.1; }

advanced_set() {
  make_bench a
  on a ip addr flush dev eth0
  on a ip addr add 192.168.1.10/24 dev eth0
  make_node gateway
  port_number[gateway]=50
  cable sync gateway eth0
  on gateway ip addr add 192.168.1.1/24 dev eth0
  check_within 5 "advanced: the gateway is there" gateway_answers
  install_guide a advanced
  start_daemon a
  check_within 25 "advanced: alone, the node becomes primary" leads a
  check_within 5 "advanced: the absent scripts are a warning" log_says a 'pre-failover\.sh'
  check_within 5 "advanced: what is not built is a warning" log_says a 'conntrack'
  check "advanced: and so it stays" stays 2 leads a
  pull_cable a lan
  check_within 5 "advanced: the lost link (monitor_links) is seen" log_says a 'link_changed.*eth1 down'
  check "advanced: alone, it keeps what it can serve (E11)" stays 2 leads a
  plug_cable a lan
  stop_pair
  check "advanced: a clean stop leaves no address" nobody_leads
}

nodes_set() {
  local node
  make_bench a b c
  install_guide a multi-node-1
  install_guide b multi-node-2
  install_guide c multi-node-3
  for node in c b a; do start_daemon "$node"; done
  check_within 20 "three nodes: node1 is primary and holds the address, the others follow" \
    three_as_promised
  check "three nodes: each says that a majority is needed" says a '.quorum == "majority"'
  check "three nodes: and so it stays" stays 2 three_as_promised
  power_off a
  check_within 10 "three nodes: without node1, node2 takes over with node3's consent" second_leads
  check "three nodes: node2 stays" stays 2 second_leads
  power_off b
  check_within 10 "three nodes: node3 alone is no majority, nobody is primary" nobody_leads
  check "three nodes: and node3 does not become it" stays 3 nobody_leads
  power_on b
  check_within 10 "three nodes: two of them are a majority again" held_once "$lan_vip"
  power_on a
  check_within 20 "three nodes: all three settle on one" one_of_three
  check "three nodes: and so it stays" stays 2 one_of_three
  stop_pair
  check "three nodes: a clean stop leaves no address" nobody_leads
}
one_of_three() {
  local primary others
  primary=$(primary_of)
  [[ -n $primary && $(holders_of "$lan_vip") == "$primary" ]] || return 1
  mapfile -t others < <(other_than "$primary")
  backs "${others[@]}"
}

# run_set NAME: in a process of its own, for the bench is a matter of a whole shell.
run_set() {
  start_run
  "$1_set"
  if ((failed)); then show_logs; fi
  summary
}

sets=("$@")
((${#sets[@]})) || sets=(basic advanced nodes)
reports=$(mktemp -d "${TMPDIR:-/tmp}/flywall-guide.XXXXXX")
pids=()
stop_sets() {
  local pid
  for pid in "${pids[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
  wait
  rm -rf "$reports"
}
trap stop_sets EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
for name in "${sets[@]}"; do
  (run_set "$name") >"$reports/$name" 2>&1 &
  pids+=($!)
done
for i in "${!sets[@]}"; do
  note "== ${sets[$i]}"
  wait "${pids[$i]}" || status=$?
  grep -vE '^[0-9]+ passed, ' "$reports/${sets[$i]}" || true
  line=$(grep -E '^[0-9]+ passed, ' "$reports/${sets[$i]}" || true)
  read -r p _ f _ s _ <<<"${line:-0 passed, 1 failed, 0 skipped}"
  if [[ -z $line ]]; then echo "not ok - ${sets[$i]} ended early with ${status:-0}"; fi
  passed=$((passed + p)) failed=$((failed + ${f%,})) skipped=$((skipped + ${s%,}))
done
summary
