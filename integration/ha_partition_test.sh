#!/usr/bin/env bash
# Partitions, strangers and recordings: whatever the network does to the heartbeats, after it there
# is exactly one primary, and who was cut off can read it in the history.
# FULL=1 sends a million garbage datagrams instead of a hundred thousand.
set -euo pipefail
# shellcheck source=integration/lib.sh
. "$(dirname "$0")/lib.sh"

# Slow enough that a processor taken away for some 10 ms is not a death: outcomes are tested here,
# speed is measured by bench_failover.sh, stability at 3 ms by soak_false_failover.sh.
heartbeat_interval=10ms failure_threshold=10
garbage_count=100000
if [[ -n ${FULL:-} ]]; then garbage_count=1000000; fi

unharmed() { is_primary "$1" && [[ $(epoch_of "$1") == "$2" ]]; }
both_primary() { has_role a primary && has_role b primary; }
settled_now() { pair_ready && traffic_is_back; }

# One primary within a bound, and no flapping afterwards.
converged() {
  local primary epoch
  check_within 20 "$1: exactly one primary afterwards" settled_now
  primary=$(primary_of)
  epoch=$(epoch_of "$primary" || echo none)
  check "$1: and it stays so" stays 1 unharmed "$primary" "$epoch"
}

# nothing_happens TEXT FAULT...: a loss that one of several paths survives (E5).
nothing_happens() {
  local text=$1 primary epoch
  shift
  primary=$(primary_of) epoch=$(epoch_of "$primary")
  "$@"
  check "$text: no failover" stays 2 unharmed "$primary" "$epoch"
  heal
  converged "$text, healed"
}

one_path() {
  nothing_happens "primary not heard on the sync cable" mute "$(primary_of)" sync
  nothing_happens "primary deaf on the sync cable" deafen "$(primary_of)" sync
  nothing_happens "backup not heard on the sync cable" mute "$(other_than "$(primary_of)")" sync
  nothing_happens "sync cable silent both ways" partition a b sync
  nothing_happens "the pair is parted on the WAN" partition a b wan
}

all_paths_one_way() {
  local primary
  primary=$(primary_of)
  mute "$primary"
  check_within 10 "primary not heard at all: the other takes over" has_role "$(other_than "$primary")" primary
  heal
  converged "primary not heard at all, healed"
  primary=$(primary_of)
  deafen "$primary"
  stays 1 true
  heal
  converged "primary deaf on all paths, healed"
  deafen "$(other_than "$(primary_of)")"
  stays 1 true
  heal
  converged "backup deaf on all paths, healed"
}

# Both serve while they are parted (quorum "none"); E8 decides afterwards.
split_brain() {
  local before other node
  before=$(primary_of) other=$(other_than "$before")
  partition a b
  check_within 10 "full partition: the other takes over too (no witness)" both_primary
  stays 1 both_primary || true
  heal
  converged "full partition, healed"
  check "full partition: the primary of before has stayed (E8)" is_primary "$before"
  for node in "$before" "$other"; do
    check_within 10 "full partition: $node records the split brain with its duration" \
      history_has "$node" '(.event | test("split.?brain")) and .duration_ms > 500'
  done
}

cut_off() {
  local primary
  primary=$(primary_of)
  silence "$primary"
  check_within 10 "primary cut off: the other takes over" has_role "$(other_than "$primary")" primary
  check_within 10 "primary cut off: traffic passes through it" traffic_is_back
  heal
  converged "primary cut off, healed"
}

wrong_secret() {
  local primary backup epoch right=$shared_secret
  primary=$(primary_of) backup=$(other_than "$primary") epoch=$(epoch_of "$primary")
  stop_daemon "$backup"
  shared_secret="somebody else's secret, only for namespaces"
  write_config "$backup"
  start_daemon "$backup"
  check_within 10 "wrong secret: the stranger is alone with itself" has_role "$backup" primary
  check "wrong secret: the primary does not care" has_role "$primary" primary
  check "wrong secret: nor does its epoch" test "$(epoch_of "$primary")" == "$epoch"
  shared_secret=$right
  stop_daemon "$backup"
  write_config "$backup"
  start_daemon "$backup"
  converged "secret corrected"
}

peer_seems_alive() { ha "$1" status | jq -e '[.peers[] | select(.alive)] | length > 0'; }
record() { # NODE FILE: datagrams to that node on the sync cable
  note "record the heartbeats to $1"
  on switch "$bin_dir/datagrams" capture --interface "$1-sync" --to "$(address_in sync "$1")" \
    --port 9002 --count 500 --seconds 10 --file "$2" >/dev/null
}
replay() { # NODE FILE
  note "replay them to $1"
  on switch "$bin_dir/datagrams" replay --interface "$1-sync" --file "$2" --times 3 --interval-us 1000 >/dev/null
}

replayed() {
  local primary epoch backup record=$bench/recorded
  primary=$(primary_of) backup=$(other_than "$primary") epoch=$(epoch_of "$primary")
  record "$backup" "$record"
  replay "$backup" "$record"
  check "replayed to a living node: nothing changes" unharmed "$primary" "$epoch"
  note "[$primary] kill -9"
  kill -KILL "${daemon_pid[$primary]}"
  check_within 10 "the other takes over" has_role "$backup" primary
  check_within 10 "it knows that its peer is gone" not peer_seems_alive "$backup"
  replay "$backup" "$record"
  check "replayed after the sender's death: it does not come to life (E14)" not peer_seems_alive "$backup"
  check "replayed after the sender's death: no change of role" has_role "$backup" primary
  stop_daemon "$backup"
  start_daemon "$backup"
  replay "$backup" "$record"
  check_within 10 "replayed to a restarted node: it becomes primary all the same" has_role "$backup" primary
  check "replayed to a restarted node: its peer stays dead (E14)" not peer_seems_alive "$backup"
  start_daemon "$primary"
  converged "both back"
}

memory_kb() { awk '/^VmRSS/ { print $2 }' "/proc/$1/status"; }

garbage() {
  local primary backup epoch before after log_before record=$bench/recorded failover services
  primary=$(primary_of) backup=$(other_than "$primary") epoch=$(epoch_of "$primary")
  record "$backup" "$record"
  failover=${daemon_pid[$backup]} services=$(services_pid "$backup")
  before=$(($(memory_kb "$failover") + $(memory_kb "$services")))
  log_before=$(stat -c %s "$bench/$backup.log")
  note "$garbage_count garbage datagrams to $backup"
  on switch "$bin_dir/datagrams" garbage --interface "$backup-sync" --file "$record" \
    --count "$garbage_count" --seed 1 --interval-us 20
  check "garbage: nothing changes" unharmed "$primary" "$epoch"
  check "garbage: $backup is a backup" has_role "$backup" backup
  after=$(($(memory_kb "$failover") + $(memory_kb "$services")))
  check "garbage: memory stays ($before -> $after KB)" at_most "$after" $((before + 4096))
  check "garbage: the log does not fill" \
    at_most $(($(stat -c %s "$bench/$backup.log") - log_before)) 100000
  converged "after the garbage"
}

start_run
make_bench a b
start_server
check "cold start" start_pair
for part in one_path all_paths_one_way split_brain cut_off wrong_secret replayed garbage; do
  note "== $part"
  "$part"
done
stop_pair
if ((failed)); then show_logs; fi
summary
