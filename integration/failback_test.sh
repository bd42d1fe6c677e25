#!/usr/bin/env bash
# Who gets the role back, and when (E10): automatic after its delay and not before, at most once per
# window; manual by command only; disabled not at all. Then the other commands: SIGTERM, promote,
# promote --force, reset with and without the daemon.
set -euo pipefail
# shellcheck source=integration/lib.sh
. "$(dirname "$0")/lib.sh"

heartbeat_interval=10ms failure_threshold=10
failback_delay=2 # seconds
delay="    failback_delay = \"${failback_delay}s\""
links='    monitor_links = ["eth1", "eth2"]'

restart_pair() { # TEXT
  stop_pair
  check "$1: the pair settles" start_pair
  check_within 10 "$1: the preferred node a is primary" is_primary a
}

# crash_and_return: a loses the role by kill -9 and comes back as a healthy backup.
crash_and_return() {
  note "[a] kill -9"
  kill -KILL "${daemon_pid[a]}"
  await 10 has_role b primary || note "b did not take over"
  start_daemon a
  check_within 10 "$1: a is back, a backup" pair_ready
  returned=$EPOCHREALTIME
}
returned=0

# without_loss TEXT TO COMMAND...: the role moves under traffic.
without_loss() {
  local text=$1 to=$2
  shift 2
  let_locktime_pass
  start_traffic
  "$@" >/dev/null || note "refused: $*"
  check_within 10 "$text: $to is primary" has_role "$to" primary
  stop_traffic
  check "$text: none of $(traffic_says sent) packets was lost" at_most "$(traffic_says lost)" 0
}

automatic() {
  local took
  failback_mode=auto extra_ha="$links"$'\n'"$delay"$'\n''    failback_window = "5m"'
  restart_pair automatic
  crash_and_return automatic
  check "automatic: status says that a wants the role back" says a '.failback.enabled'
  check "automatic: not before the delay" stays "$(awk -v d=$failback_delay 'BEGIN { print d - 0.6 }')" not has_role a primary
  start_traffic
  check_within 5 "automatic: a takes the role back" is_primary a
  took=$(since "$returned")
  stop_traffic
  note "automatic: $took ms after its return, delay $((failback_delay * 1000)) ms"
  check "automatic: none of $(traffic_says sent) packets was lost" at_most "$(traffic_says lost)" 0
  check "automatic: a says why" test "$(last_reason a)" == failback
}

# lose_cable_and_return TEXT: a hands the role over because its LAN cable is out, then is fit again.
lose_cable_and_return() {
  pull_cable a lan
  check_within 10 "$1: b takes over" has_role b primary
  plug_cable a lan
  check_within 10 "$1: a is fit again, a backup" pair_ready
}

damped_in_status() { says a '.failback.damped_until != null'; }
window() {
  lose_cable_and_return "within the window"
  check_within 5 "within the window: status says how long a is damped" damped_in_status
  note "failback of a: $(ha a status | jq -c .failback)"
  check "within the window: a does not take it back a second time" \
    stays $((failback_delay + 2)) not has_role a primary
  check "within the window: reset ends the damping" ha a reset
  check_within $((failback_delay + 5)) "after reset: a takes the role back" is_primary a
}

manual() {
  failback_mode=manual extra_ha="$links"$'\n''    failback_delay = "0s"'
  restart_pair manual
  crash_and_return manual
  check "manual: a does not take it back by itself" stays 2 not has_role a primary
  without_loss "manual, flywall ha failback now" a ha a failback now
}

disabled() {
  failback_mode=disabled
  restart_pair disabled
  crash_and_return disabled
  check "disabled: a does not take it back" stays 2 not has_role a primary
  check "disabled: status says so" says a '.failback.enabled == false'
}

switched_off_and_on() {
  failback_mode=auto extra_ha="$links"$'\n''    failback_delay = "0s"'$'\n''    failback_window = "1s"'
  restart_pair "switched off"
  ha a failback off >/dev/null
  crash_and_return "switched off, then restarted"
  check_within 10 "a restart forgets it: a takes the role back" is_primary a
  ha a failback off >/dev/null
  ha a failover >/dev/null
  check_within 10 "switched off: b is primary" is_primary b
  check "switched off: a stays a backup" stays 2 not has_role a primary
  ha a failback on >/dev/null
  check_within 10 "switched on: a takes the role back" is_primary a
}

sigterm() {
  failback_mode=manual
  restart_pair SIGTERM
  without_loss "SIGTERM of the primary" b end_process "${daemon_pid[a]}"
  check "SIGTERM: a has left nothing" test "$(holders_of "$lan_vip")" == b
  start_daemon a
  check_within 10 "SIGTERM: a is back" pair_ready
}

promote_says() { on "$1" "$bin_dir/flywall" ha promote 2>&1 | grep -q "$2"; }
promote() {
  without_loss "promote" a ha a promote
  check "promote of the primary says that it is one" promote_says a already
}

# The primary hears nobody but is heard: it will not answer an offer, so only force helps.
promote_a_deaf_ones_peer() {
  deafen a
  check_within 5 "deaf primary: b knows that a does not hear it" says b '.peers[0].hears_us == false'
  local asked=$EPOCHREALTIME
  check "deaf primary: promote --force is obeyed" ha b promote --force --yes
  check "deaf primary: it is not the transfer_timeout that is waited for" at_most "$(since "$asked")" 8000
  check_within 5 "deaf primary: promote --force makes b primary" has_role b primary
  check "deaf primary: b has the addresses" holds b "$lan_vip"
  heal
  check_within 20 "deaf primary, healed: one primary" pair_ready
  check_within 5 "deaf primary, healed: traffic passes" traffic_is_back
}

reset_with_daemon() {
  local primary
  primary=$(primary_of)
  for node in a b; do check "reset of $node with its daemon" ha "$node" reset; done
  check "reset changes no role" stays 1 is_primary "$primary"
}

# Killed outright, both processes: the addresses stay in the kernel until somebody removes them.
reset_without_daemon() {
  local victim=$1 services
  services=$(services_pid "$victim")
  note "[$victim] kill -9 both processes"
  kill -KILL "${daemon_pid[$victim]}" "$services"
  await 5 ended "$services"
  await 5 ended "${daemon_pid[$victim]}"
  check "without daemon: the addresses were left behind" holds "$victim" "$lan_vip"
  check "without daemon: reset succeeds" on "$victim" "$bin_dir/flywall" ha reset --yes
  check "without daemon: reset has removed them" not holds "$victim" "$lan_vip"
  check "without daemon: own addresses are untouched" holds "$victim" "$(address_in lan "$victim")"
  check "without daemon: ip addr add by hand works" on "$victim" ip addr add "$lan_vip/24" dev eth1
  check "without daemon: it stays" stays 1 holds "$victim" "$lan_vip"
  on "$victim" ip addr del "$lan_vip/24" dev eth1
  start_daemon "$victim"
  check_within 10 "without daemon, started again: one primary" pair_ready
}

start_run
make_bench a b
start_server
check "cold start" start_pair
for part in automatic window manual disabled switched_off_and_on sigterm promote promote_a_deaf_ones_peer \
  reset_with_daemon "reset_without_daemon b"; do
  note "== $part"
  $part
done
stop_pair
if ((failed)); then show_logs; fi
summary
