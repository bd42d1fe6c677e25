#!/usr/bin/env bash
# Three nodes, then five: whoever is next in rank takes over, alone, and the rest follow it (E2). With
# a majority a node that is left alone serves nothing; without one it serves.
set -euo pipefail
# shellcheck source=integration/lib.sh
. "$(dirname "$0")/lib.sh"

heartbeat_interval=10ms failure_threshold=10

claims_above() { history_count "$1" ".to == \"taking_over\" and .epoch > $2"; } # NODE EPOCH
follows() { [[ $(ha "$1" status | jq -r .leader_id) == "$2" ]]; }
all_follow() { # PRIMARY NODE...
  local node
  is_primary_among "$@" || return 1
  for node in "${@:2}"; do has_role "$node" backup && follows "$node" "$1" || return 1; done
}
# is_primary_among PRIMARY NODE...: of the nodes that have power; the others' addresses lead nowhere.
is_primary_among() {
  local node
  has_role "$1" primary && holds "$1" "$lan_vip" && holds "$1" "$wan_vip" || return 1
  for node in "${@:2}"; do ! has_role "$node" primary && ! holds "$node" "$lan_vip" || return 1; done
}

# dies VICTIM HEIR OTHERS...: loses its power; the heir claims, once, and nobody else does.
dies() {
  local victim=$1 heir=$2 node others=("${@:3}") epoch
  epoch=$(epoch_of "$victim")
  let_locktime_pass
  start_client
  power_off "$victim"
  check_within 10 "$victim without power: $heir takes over, the others follow it" \
    all_follow "$heir" "${others[@]}"
  check_within 5 "$victim without power: traffic passes" traffic_is_back
  stop_client
  note "$victim without power: gap $(client_says longest_gap_ms) ms"
  check "$victim without power: $heir claimed once" test "$(claims_above "$heir" "$epoch")" -eq 1
  for node in "${others[@]}"; do
    check "$victim without power: $node claimed nothing" test "$(claims_above "$node" "$epoch")" -eq 0
  done
}

return_all() { # NODE...
  local node
  for node in "$@"; do power_on "$node"; done
  check_within 20 "power for $*: one primary, the rest follow" pair_ready
}

restart_with_configuration() {
  stop_pair
  check "$1: ${#routers[@]} nodes settle on one primary" start_pair
  check_within 10 "$1: the preferred node is it" is_primary "${routers[0]}"
}

staggered() {
  restart_with_configuration "ranks 50, 100, 150"
  check "three nodes want a majority by themselves" \
    test "$(ha a status | jq -r .quorum)" == majority
  dies a b c
  return_all a
  check "a has power again: b keeps the role" is_primary b
}

ties() {
  priority_of=([a]=50 [b]=100 [c]=100)
  restart_with_configuration "ranks 50, 100, 100"
  dies a b c
  return_all a
}

serves_nothing() { ! has_role "$1" primary && ! holds "$1" "$lan_vip" && ! holds "$1" "$wan_vip"; }

no_majority() {
  priority_of=()
  restart_with_configuration "two of three die"
  power_off a
  power_off b
  check "one of three is no majority: it serves nothing" stays 2 serves_nothing c
  check "it says so" says c '.has_quorum == false'
  power_on b
  check_within 20 "two of three are: one of them serves" all_follow_one b c
  return_all a
}
all_follow_one() { all_follow "$1" "$2" || all_follow "$2" "$1"; }

last_one() {
  extra_ha='    quorum = "none"'
  restart_with_configuration "two of three die, quorum none"
  power_off a
  power_off b
  check_within 10 "quorum none: the last of three serves" is_primary_among c
  return_all a b
  extra_ha=""
}

five() {
  stop_pair
  routers=(a b c d e)
  check "five nodes settle on one primary" start_pair
  check_within 10 "five nodes: the preferred node is it" is_primary a
  dies a b c d e
  dies b c d e
  return_all a b
}

start_run
make_bench a b c d e
routers=(a b c)
extra_ha=""
start_server
check "cold start of three" start_pair
for part in staggered ties no_majority last_one five; do
  note "== $part"
  "$part"
done
stop_pair
if ((failed)); then show_logs; fi
summary
