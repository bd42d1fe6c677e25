#!/usr/bin/env bash
# The life of a pair on a real kernel: cold start, traffic, every way to lose the primary, restart,
# and the small disasters that must not matter. Timings are printed; only wrong outcomes fail.
set -euo pipefail
# shellcheck source=integration/lib.sh
. "$(dirname "$0")/lib.sh"

# Slow enough that a processor taken away for some 10 ms is not a death: outcomes are tested here,
# speed is measured by bench_failover.sh, stability at 3 ms by soak_false_failover.sh.
heartbeat_interval=10ms failure_threshold=10
epoch_floor=0

# After every case: one primary, both addresses on it alone, the other its backup, epochs only grew.
audit() {
  local epoch
  check_within 20 "$1: one primary holds both addresses, the other node follows" pair_ready
  epoch=$(epoch_of "$(primary_of)" || echo 0)
  check "$1: the epoch did not go back ($epoch_floor -> $epoch)" at_least "$epoch" "$epoch_floor"
  epoch_floor=$epoch
  check_within 5 "$1: traffic passes" traffic_is_back
}

# unharmed PRIMARY EPOCH: nothing moved.
unharmed() { is_primary "$1" && [[ $(epoch_of "$1") == "$2" ]]; }
restarted() { local now; now=$(services_pid "$1") && [[ -n $now && $now != "$2" ]]; }
answers() { ha "$1" status; }
without_addresses() { ! holds "$1" "$lan_vip" && ! holds "$1" "$wan_vip"; }

cold_start() {
  check "cold start: both nodes settle on one primary" start_pair
  check "cold start: the preferred node is it (E2)" is_primary a
  check "cold start: own addresses are untouched" holds b "$(address_in lan b)"
  check_within 5 "cold start: traffic passes through the virtual gateways" traffic_is_back
  check "the heartbeat port accepts TCP (nc -zv)" \
    on a nc -z -w 2 "$(address_in sync b)" 9002
  check "flywall ha cluster is content with exactly one primary" ha a cluster
  start_watch "$lan_vip"
  stays 1 is_primary a || true
  stop_watch
  check "the address is answered for by one node only" at_most "$(watch_says answered_by_two)" 0
  check "and that is the primary" at_least "$(watch_says "answers[\"$(mac_in lan a)\"]")" 100
}

# measured EVENT VICTIM COMMAND...: traffic while it happens, until another node has taken over.
measured() {
  local event=$1 victim=$2 survivor
  shift 2
  survivor=$(other_than "$victim")
  let_locktime_pass
  start_client
  "$@"
  check_within 10 "$event: $survivor takes over" holds "$survivor" "$lan_vip"
  check_within 10 "$event: traffic passes through it" traffic_is_back
  stop_client
  note "$event: gap $(client_says longest_gap_ms) ms, $(client_says lost) of $(client_says sent) lost"
}

services_killed() {
  local primary epoch pid
  primary=$(primary_of) epoch=$(epoch_of "$primary") pid=$(services_pid "$primary")
  start_client
  note "[$primary] kill -9 the services process"
  kill -KILL "$pid"
  check_within 20 "services process killed: it is started again" restarted "$primary" "$pid"
  check_within 20 "services process killed: it answers again" answers "$primary"
  stop_client
  check "services process killed: no failover" unharmed "$primary" "$epoch"
  check "services process killed: no datagram was lost" at_most "$(client_says lost)" 0
  audit "services process killed"
}

failover_process_killed() {
  local primary pid
  primary=$(primary_of) pid=$(services_pid "$primary")
  measured "failover process killed" "$primary" kill -KILL "${daemon_pid[$primary]}"
  check_within 5 "failover process killed: its addresses go by themselves" without_addresses "$primary"
  check_within 5 "failover process killed: the services process ends too" ended "$pid"
  start_daemon "$primary"
  audit "failover process killed and started again"
}

both_killed() {
  local primary pid
  primary=$(primary_of) pid=$(services_pid "$primary")
  measured "both processes killed" "$primary" kill -KILL "${daemon_pid[$primary]}" "$pid"
  start_daemon "$primary"
  check_within 10 "both processes killed: what was left behind is removed at start" \
    without_addresses "$primary"
  audit "both processes killed and started again"
}

one_cable() {
  local primary
  primary=$(primary_of)
  measured "LAN cable pulled" "$primary" pull_cable "$primary" lan
  plug_cable "$primary" lan
  audit "LAN cable plugged in again"
}

all_cables() {
  local primary
  primary=$(primary_of)
  measured "all cables pulled" "$primary" power_off "$primary"
  check "all cables pulled: the reason is on record" test -n "$(last_reason "$(other_than "$primary")")"
  note "reason: $(last_reason "$(other_than "$primary")")"
  power_on "$primary"
  audit "all cables plugged in again"
}

sync_cable() {
  local primary epoch
  primary=$(primary_of) epoch=$(epoch_of "$primary")
  pull_cable "$primary" sync
  check "sync cable pulled: nothing happens, the other paths live (E5)" \
    stays 4 unharmed "$primary" "$epoch"
  plug_cable "$primary" sync
  audit "sync cable plugged in again"
}

planned() {
  local primary
  primary=$(primary_of)
  measured "stopped in good order" "$primary" stop_daemon "$primary"
  check "stopped in good order: no address is left" without_addresses "$primary"
  start_daemon "$primary"
  audit "started again"
  primary=$(primary_of)
  measured "flywall ha failover" "$primary" ha "$primary" failover
  audit "after flywall ha failover"
}

# Node b's state lies on a disk without a free byte; then it has to take over.
full_disk() {
  await 20 pair_ready
  stop_daemon b
  loudly b mount -t tmpfs -o size=64k tmpfs /var/lib/flywall
  on b dd if=/dev/zero of=/var/lib/flywall/ballast bs=4k status=none 2>/dev/null || true
  start_daemon b
  audit "full disk: b starts"
  [[ $(primary_of) != b ]] || ha b failover >/dev/null
  check_within 10 "full disk: a is primary" is_primary a
  measured "full disk: a killed" a kill -KILL "${daemon_pid[a]}"
  check "full disk: b lives" alive "${daemon_pid[b]}"
  check "full disk: the log says so" grep -qiE "disk|full|no space|cannot|reserve" "$bench/b.log"
  start_daemon a
  audit "full disk: a is back"
  stop_daemon b
  on b umount /var/lib/flywall
  start_daemon b
  audit "disk in order again"
}

# Whoever reads the daemon's output stops reading, then dies; meanwhile the daemon has to take over.
dead_log_pipe() {
  local pipe=$bench/log.pipe
  [[ $(primary_of) != b ]] || ha b failover >/dev/null
  check_within 10 "log pipe that nobody reads: a is primary" is_primary a
  stop_daemon b
  mkfifo "$pipe"
  exec 8<>"$pipe"
  # shellcheck disable=SC2016 # expanded by the inner shell
  spawn b "$bench/b.log" bash -c 'exec "$@" >"$0" 2>&1 8>&-' "$pipe" "$bin_dir/flywalld" \
    --config /etc/flywall/flywall.hcl --foreground
  daemon_pid[b]=$spawned
  audit "log pipe that nobody reads"
  exec 8>&-
  measured "dead log pipe" a pull_cable a lan
  plug_cable a lan
  audit "dead log pipe"
  check "dead log pipe: b lives" alive "${daemon_pid[b]}"
  stop_daemon b
  start_daemon b
  audit "log in order again"
}

unreachable_name() {
  local old=$extra_replication
  stop_daemon b
  extra_replication='  peer "ghost" { addresses = ["no-such-host.invalid"] }'
  write_config b
  start_daemon b
  check_within 20 "unreachable peer name: b becomes a member all the same" pair_ready
  check_within 20 "unreachable peer name: the log names it" grep -q "no-such-host.invalid" "$bench/b.log"
  stop_daemon b
  extra_replication=$old
  write_config b
  start_daemon b
  audit "peer name removed"
}

addresses_on() { on "$1" ip -4 -o addr show dev eth1 to 10.1.0.0/16 | wc -l; }
has_addresses() { [[ $(addresses_on "$1") -eq $2 ]]; }

all_answered() { [[ -s $bench/sweep.json ]] && jq -e '.missing == 0' "$bench/sweep.json"; }

# From the survivor's decision (history has whole milliseconds) to the last first answer.
answered_after_ms() { # SURVIVOR
  local decided
  decided=$(ha "$1" history | jq -r '[.history[] | select(.to == "taking_over")][0].at')
  jq -r --argjson decided "$(date -d "$decided" +%s%3N)" '.last_unix_ms - $decided | round' \
    "$bench/sweep.json"
}

many_addresses() { # COUNT
  local i victim survivor count=$1
  stop_pair
  extra_addresses=()
  for ((i = 0; i < count; ++i)); do extra_addresses+=("10.1.$((i / 256)).$((i % 256))/32"); done
  check "$count addresses: cold start" start_pair
  victim=$(primary_of)
  survivor=$(other_than "$victim")
  check_within 10 "$count addresses: all on the primary" has_addresses "$victim" "$count"
  power_off "$victim"
  rm -f "$bench/sweep.json"
  spawn lan "$bench/sweep.json" "$bin_dir/arp_listener" sweep --interface eth0 --address 10.1.0.0 \
    --count "$count" --not "$(mac_in lan "$victim")" --seconds 10
  check_within 12 "$count addresses: every one is answered by $survivor" \
    all_answered
  note "$count addresses: $(jq -r .spread_ms "$bench/sweep.json") ms from the first answer to the last," \
    "the last $(answered_after_ms "$survivor") ms after the decision to take over"
  power_on "$victim"
  audit "$count addresses, healed"
  check_within 10 "$count addresses: none is left on $victim" has_addresses "$victim" 0
}

only_its_holder() { [[ $(processes_of "$1") == "${holder_of[$1]}" ]]; }

clean_end() {
  local node
  stop_pair
  for node in "${routers[@]}"; do
    check "clean end: $node holds no virtual address" without_addresses "$node"
    check "clean end: no process of ours is left in $node" only_its_holder "$node"
  done
}

start_run
make_bench a b
start_server
cold_start
for part in services_killed failover_process_killed both_killed one_cable all_cables sync_cable \
  planned full_disk dead_log_pipe unreachable_name; do
  note "== $part"
  "$part"
done
many_addresses 250
many_addresses 1000
clean_end
if ((failed)); then show_logs; fi
summary
