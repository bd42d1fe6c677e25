#!/usr/bin/env bash
# Planned failover and failback, to and fro, under traffic: 2000 packets a second each forwarded by
# the pair and answered by it, over IPv4 and IPv6. No packet may be lost (E9).
#
#   integration/planned_failover_test.sh [--rounds 2]
set -euo pipefail
# shellcheck source=integration/lib.sh
. "$(dirname "$0")/lib.sh"

rounds=2
while (($#)); do
  case $1 in
    --rounds) rounds=$2 ;;
    *) sed -n '2,5s/^# \{0,1\}//p' "$0" >&2 && exit 2 ;;
  esac
  shift 2
done

heartbeat_interval=10ms failure_threshold=10
with_ipv6=1
sent=0 duplicated=0 reordered=0 worst_gap=0

# After a planned handover the old primary has nothing left.
moved_to() { is_primary "$1" && has_role "$(other_than "$1")" backup; }

report_losses() {
  local flow
  for flow in "${!flow_pid[@]}"; do
    [[ $(flow_says "$flow" lost) != 0 ]] || continue
    note "$flow: $(flow_says "$flow" lost) lost, sent between" \
      "$(flow_says "$flow" first_lost_unix_ms) and $(flow_says "$flow" last_lost_unix_ms)"
  done
  ha a history | jq -c '.history[:6][] | [.at, .event, .from, .to, .reason]' | sed 's/^/# a: /'
  ha b history | jq -c '.history[:6][] | [.at, .event, .from, .to, .reason]' | sed 's/^/# b: /'
}

# handover TEXT TO COMMAND...: under traffic, and nothing of it is lost.
handover() {
  local text=$1 to=$2 lost
  shift 2
  let_locktime_pass
  start_traffic
  "$@" >/dev/null || note "refused: $*"
  check_within 10 "$text: $to is primary" moved_to "$to"
  stop_traffic
  lost=$(traffic_says lost)
  check "$text: none of $(traffic_says sent) packets was lost" at_most "$lost" 0
  ((lost == 0)) || report_losses
  sent=$((sent + $(traffic_says sent)))
  duplicated=$((duplicated + $(traffic_says duplicates)))
  reordered=$((reordered + $(traffic_says reordered)))
  worst_gap=$(printf '%s\n' "$worst_gap" "$(worst_of_flows longest_gap_ms)" | worst)
}

start_run
make_bench a b
start_server
check "the pair settles, IPv4 and IPv6" start_pair
check_within 10 "a is primary" is_primary a
check_within 5 "traffic passes" traffic_is_back
for ((round = 1; round <= rounds; ++round)); do
  handover "round $round, failover" b ha a failover
  handover "round $round, failback" a ha a failback now
done
note "$((2 * rounds)) handovers: $sent packets, $duplicated answered twice, $reordered reordered," \
  "longest gap $worst_gap ms"
if ((failed)); then show_logs; fi
summary
