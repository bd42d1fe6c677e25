#!/usr/bin/env bash
# Whoever is dead, frozen or cut off answers for no address and forwards nothing, by itself and for
# good, and the other one serves (E7, DESIGN section 6). Judged at the wire: what leaves the old
# primary's cables is recorded, while a host that believes in it asks by ARP, neighbour discovery,
# ICMP and with packets to be forwarded.
# Takeover times are printed, never judged; FAST=1 prints them for 3 ms x 4.
set -euo pipefail
# shellcheck source=integration/lib.sh
. "$(dirname "$0")/lib.sh"

with_ipv6=1
# Slow enough that a processor taken away for some 10 ms is not a death.
heartbeat_interval=10ms failure_threshold=10 detection_ms=100
if [[ -n ${FAST:-} ]]; then heartbeat_interval=3ms failure_threshold=4 detection_ms=12; fi
extra_ha+='
    fence { forwarding = true }'

in_service() { says "$1" '.fence.kind == "kernel" and .fenced and .fence.trouble == null'; }
pins_of() { on "$1" find /sys/fs/bpf -maxdepth 1 -name 'flywall-*'; }
has_fence() { [[ -n $(pins_of "$1") ]]; }
is_idle() { says "$1" .fence.idle; }

# The old primary as its neighbours remember it: "lan2" sends everything to its hardware address.
make_believer() {
  port_number[lan2]=110
  make_node lan2
  make_host lan2 lan "$lan_vip" "$lan_vip6"
}
believe_in() { # NODE
  on lan2 ip neigh replace "$lan_vip" lladdr "$(mac_in lan "$1")" dev eth0 nud permanent
  on lan2 ip -6 neigh replace "$lan_vip6" lladdr "$(mac_in lan "$1")" dev eth0 nud permanent
}

# ARP every 2 ms, ICMP of both families and UDP to be forwarded every 0.5 ms; neighbour
# solicitations whenever the neighbour is forgotten.
ask_all() {
  start_watch "$lan_vip"
  asking=()
  local question
  for question in "$lan_vip --icmp yes" "$lan_vip6 --icmp yes" "$(address_in wan wan)"; do
    # shellcheck disable=SC2086 # an address and its options
    spawn lan2 "$bench/believer.log" "$bin_dir/gap_probe" client --seconds 60 --to $question
    asking+=("$spawned")
  done
  # shellcheck disable=SC2016 # the shell in there expands it
  spawn lan "$bench/lan.log" bash -c 'while ip -6 neigh flush to "$1" dev eth0; do
    ping -6 -n -q -c 1 -W 0.1 "$1"; done' solicit "$lan_vip6"
  asking+=("$spawned")
}
stop_asking() {
  local pid
  for pid in "${asking[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
  for pid in "${asking[@]}"; do await 5 ended "$pid"; done
  stop_watch
}

# What says "I am that address", and what was forwarded, as it leaves NODE's cables.
record_node() { # NODE
  start_capture "said.$1" switch "$1-lan" \
    "(arp and arp[14:4] = 0x0a000064) or (icmp6 and ip6[40] = 136 and dst host not ff02::1 and \
      ip6[48:4] = 0xfd000010 and ip6[60:4] = 0x00000100) or src host $lan_vip or src host $lan_vip6" -Q in
  start_capture "forwarded.$1" switch "$1-wan" "src host $(address_in lan lan2) and udp" -Q in
}
stop_recording() {
  local node
  for node in "${routers[@]}"; do
    stop_capture "said.$node"
    stop_capture "forwarded.$node"
  done
}
# frames_between NAME FROM TO: seconds of EPOCHREALTIME.
frames_between() {
  awk -v from="$2" -v to="$3" '$1 ~ /^[0-9]+\.[0-9]+$/ && $1 > from && $1 < to { n++ } END { print n + 0 }' "$bench/$1"
}
first_after() { # NAME T: milliseconds after T
  awk -v t="$2" '$1 ~ /^[0-9]+\.[0-9]+$/ && $1 > t { printf "%.1f", ($1 - t) * 1000; exit }' "$bench/$1"
}
plus_ms() { awk -v t="$1" -v ms="$2" 'BEGIN { printf "%.6f", t + ms / 1000 }'; }

both_processes() { echo "${daemon_pid[$1]}" "$(services_pid "$1")"; }
kill_failover() { kill -KILL "${daemon_pid[$1]}"; }
# Stopped first: a services process that outlives the other one by a moment removes the addresses.
kill_both() {
  local pids
  read -ra pids < <(both_processes "$1")
  kill -STOP "${pids[@]}"
  kill -KILL "${pids[@]}"
}
freeze() {
  local pids
  read -ra pids < <(both_processes "$1")
  kill -STOP "${pids[@]}"
}
thaw() {
  local pids
  read -ra pids < <(both_processes "$1")
  kill -CONT "${pids[@]}"
}

serves() { has_role "$1" primary && holds "$1" "$lan_vip" && traffic_is_back; }

# silenced TEXT STRIKE NODE [MEANWHILE...]: strikes the primary; from its deadline on nothing leaves
# it, whatever MEANWHILE does to it, and the other one serves.
silenced() {
  local text=$1 strike=$2 old=$3 new struck deadline end
  shift 3
  new=$(other_than "$old")
  believe_in "$old"
  let_locktime_pass
  ask_all
  for node in "${routers[@]}"; do record_node "$node"; done
  await 5 awk '/^[0-9]+\./ { found = 1; exit } END { exit !found }' "$bench/forwarded.$old" ||
    note "nothing is forwarded before the strike"
  note "[$old] $strike"
  struck=$EPOCHREALTIME
  "$strike" "$old"
  deadline=$(plus_ms "$EPOCHREALTIME" "$detection_ms")
  check_within 10 "$text: the other one serves" serves "$new"
  if (($#)); then "$@"; fi
  stays 1 true
  end=$EPOCHREALTIME
  stop_recording
  stop_asking
  note "$text: $new spoke for the address $(first_after "said.$new" "$struck") ms after the strike"
  check "$text: the old one had answered before" \
    at_least "$(frames_between "said.$old" 0 "$struck")" 1
  check "$text: the old one had forwarded before" \
    at_least "$(frames_between "forwarded.$old" 0 "$struck")" 1
  check "$text: the old one says nothing after its deadline" \
    test "$(frames_between "said.$old" "$deadline" "$end")" -eq 0
  check "$text: the old one forwards nothing after its deadline" \
    test "$(frames_between "forwarded.$old" "$deadline" "$end")" -eq 0
}

settled_now() { pair_ready && traffic_is_back; }
back_again() { # NODE TEXT
  check_within 20 "$2: one primary, one backup" settled_now
  check_within 20 "$2: both are fenced" in_service "$1"
  check_within 20 "$2: the backup is an ordinary host" is_idle "$(other_than "$(primary_of)")"
}

killed() {
  local old
  old=$(primary_of)
  silenced "failover process killed" kill_failover "$old"
  check "failover process killed: its address is gone" not holds "$old" "$lan_vip"
  start_daemon "$old"
  back_again "$old" "failover process killed, started again"
}

flush_ruleset() {
  loudly "$1" nft flush ruleset
  on "$1" nft -f - <<<'table inet other { chain input { type filter hook input priority 0; policy accept; }; }'
}
flap() { loudly "$1" ip link set eth1 down && loudly "$1" ip link set eth1 up; }
batter() { # NODE: what other programs do to a dead one's kernel
  local i
  for i in 1 2 3; do
    note "battered, $i"
    flush_ruleset "$1"
    flap "$1"
  done
}

both_killed() {
  local old
  old=$(primary_of)
  silenced "both processes killed" kill_both "$old" batter "$old"
  check "both processes killed: the address is still there" holds "$old" "$lan_vip"
  start_daemon "$old"
  back_again "$old" "both processes killed, started again"
}

frozen() {
  local old
  old=$(primary_of)
  silenced "both processes frozen" freeze "$old" batter "$old"
  thaw "$old"
  back_again "$old" "both processes frozen, thawed"
}

recreated() {
  local old
  old=$(primary_of)
  note "[$old] eth1 is deleted and made anew"
  on "$old" ip link del eth1
  cable lan "$old" eth1
  check_within 20 "interface made anew: one primary, one backup" settled_now
  silenced "interface made anew, then frozen" freeze "$(primary_of)"
  thaw "$(other_than "$(primary_of)")" 2>/dev/null || true
  for old in "${routers[@]}"; do thaw "$old"; done
  back_again a "interface made anew, thawed"
}

powered_off() {
  local old
  old=$(primary_of)
  power_off "$old"
  check_within 10 "power loss: the other one serves" serves "$(other_than "$old")"
  power_on "$old"
  back_again "$old" "power loss, back"
}

parted() {
  partition a b
  check_within 10 "partition without a witness: both serve" both_primary
  heal
  back_again a "partition healed"
}
both_primary() { has_role a primary && has_role b primary; }

by_hand() { # NODE: an operator may use the address on a node without a fence
  on "$1" ip addr add "$lan_vip/24" dev eth1
  on lan2 ping -n -q -c 1 -W 2 "$lan_vip" >/dev/null
}
reset_by_hand() {
  local old new
  old=$(primary_of) new=$(other_than "$old")
  silenced "killed before a reset" kill_both "$old"
  stop_daemon "$new"
  check "a clean stop leaves no fence" not has_fence "$new"
  check "a clean stop leaves no address" not holds "$new" "$lan_vip"
  check "killed: the fence is still there" has_fence "$old"
  loudly "$old" "$bin_dir/flywall" ha reset
  check "ha reset without a daemon: no fence" not has_fence "$old"
  check "ha reset without a daemon: no address" not holds "$old" "$lan_vip"
  check "ha reset without a daemon: the address can be used by hand" by_hand "$old"
  on "$old" ip addr del "$lan_vip/24" dev eth1
}

lives_by_lifetimes() { says "$1" '.fence.kind == "lifetimes" and (.fenced | not) and (.warnings | any(test("no fence")))'; }
without_a_fence() {
  local node old new
  for node in "${routers[@]}"; do loudly "$node" mount -t tmpfs -o ro tmpfs /sys/fs; done
  start_pair || true
  for node in "${routers[@]}"; do
    check_within 10 "no BPF: $node says so, and what it does instead" lives_by_lifetimes "$node"
  done
  old=$(primary_of) new=$(other_than "$old")
  check "no BPF: renewed, the address stays" stays 4 is_primary "$old"
  freeze "$old"
  check_within 10 "no BPF: frozen, the other one serves" serves "$new"
  check_within 10 "no BPF: frozen, the address goes by itself" not holds "$old" "$lan_vip"
  check_within 10 "no BPF: likewise the IPv6 address" not holds "$old" "$lan_vip6"
  thaw "$old"
  check_within 20 "no BPF: thawed: one primary, one backup" settled_now
  old=$(primary_of)
  kill_both "$old"
  check_within 10 "no BPF: killed, the address goes by itself" not holds "$old" "$lan_vip"
}

start_run
make_bench a b
make_believer
start_server
check "cold start" start_pair
for node in a b; do check_within 10 "$node is fenced" in_service "$node"; done
for part in killed both_killed frozen recreated powered_off parted reset_by_hand without_a_fence; do
  note "== $part"
  "$part"
done
stop_pair
if ((failed)); then show_logs; fi
summary
