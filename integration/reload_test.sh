#!/usr/bin/env bash
# Reload (SIGHUP) of a pair with 200 addresses and a heartbeat every 3 ms: heartbeats go on, what did
# not change is not touched, a bad file changes nothing, what needs a restart is named, nodes come
# and go.
set -euo pipefail
# shellcheck source=integration/lib.sh
. "$(dirname "$0")/lib.sh"

# Twenty missed heartbeats: a processor taken away for some 10 ms is not a death.
heartbeat_interval=3ms failure_threshold=20
interval_ms=3
addresses=200

reload() { # NODE
  note "[$1] SIGHUP"
  kill -HUP "${daemon_pid[$1]}"
}
reloads_of() { history_count "$1" '.event == "reloaded"'; }
refusals_of() { history_count "$1" '.event == "reload_refused"'; }
# reloaded NODE COUNT: that many reloads were taken over so far.
reloaded() { [[ $(reloads_of "$1") -eq $2 ]]; }
refused() { [[ $(refusals_of "$1") -eq $2 ]]; }
reload_and_wait() { # NODE
  local before
  before=$(reloads_of "$1")
  write_config "$1"
  reload "$1"
  await 10 reloaded "$1" $((before + 1))
}

# Arrivals at b on the sync cable, of what a says: "late" is a heartbeat that came more than one
# interval after its time.
pace() { # NAME: prints "heartbeats late longest_gap_ms"
  awk -v interval="$interval_ms" '/UDP/ {
      if (last) { gap = ($1 - last) * 1000; if (gap > longest) longest = gap; if (gap > 2 * interval) late++ }
      last = $1; n++
    } END { printf "%d %d %.2f\n", n, late, longest }' "$bench/$1"
}
watch_pace() { # NAME
  start_capture "$1" b eth0 "udp port 9002 and src host $(address_in sync a)"
}

watch_addresses() { # NODE
  rm -f "$bench/changes.$1"
  spawn "$1" "$bench/changes.$1" ip -o monitor address
  monitor_pid[$1]=$spawned
}
stop_watching() { kill -TERM "${monitor_pid[$1]}"; await 5 ended "${monitor_pid[$1]}"; }
declare -A monitor_pid=()
touched() { grep -c inet "$bench/changes.$1" || true; } # NODE: events of addresses
show_touched() { head -n 5 "$bench/changes.$1" | sed 's/^/#   /'; }
# only_touched NODE ADDRESS...: an event for each of them and for no other.
only_touched() {
  local node=$1 address pattern=""
  shift
  for address in "$@"; do
    pattern+="${pattern:+|} ${address//./\\.}/"
    grep -q " $address/" "$bench/changes.$node" || return 1
  done
  [[ $(grep -cvE "$pattern" "$bench/changes.$node") -eq 0 ]]
}
has_count() { [[ $(on "$1" ip -4 -o addr show dev eth1 to 10.1.0.0/16 | wc -l) -eq $2 ]]; }

many_addresses() {
  local i
  extra_addresses=()
  for ((i = 1; i <= addresses; ++i)); do extra_addresses+=("10.1.0.$i/32"); done
}

# The same time without and with five reloads that add and remove an address each.
heartbeats_go_on() {
  local round heartbeats late longest control_late control_longest stolen epoch rounds=5
  epoch=$(epoch_of a)
  many_addresses
  watch_pace control
  stays 3 true
  stop_capture control
  read -r heartbeats control_late control_longest < <(pace control)
  note "without a reload: $heartbeats heartbeats, $control_late late, longest gap $control_longest ms"
  check "the capture sees the heartbeats" at_least "$heartbeats" 500
  stolen=$(stolen_ms)
  watch_addresses a
  watch_addresses b
  watch_pace reloads
  for ((round = 1; round <= rounds; ++round)); do
    extra_addresses=("${extra_addresses[@]:1}" "10.1.1.$round/32")
    check "reload $round of a, one address removed and one added" reload_and_wait a
    reload_and_wait b || note "b did not reload"
  done
  check_within 5 "the addresses of the last file are there" has_count a "$addresses"
  stop_capture reloads
  stop_watching a
  stop_watching b
  read -r heartbeats late longest < <(pace reloads)
  note "$rounds reloads: $heartbeats heartbeats, $late late, longest gap $longest ms;" \
    "stolen from this machine: $(($(stolen_ms) - stolen)) ms"
  if ((late <= control_late || late == 0)); then
    ok "no heartbeat was late by more than one interval"
  elif ((control_late > 0 || $(stolen_ms) > stolen)); then
    skip "the machine is late by itself ($control_late without a reload)" \
      "no heartbeat was late by more than one interval ($late)"
  else
    not_ok "no heartbeat was late by more than one interval ($late were, longest gap $longest ms)"
  fi
  check "no heartbeat was missing for a detection time" at_most "$longest" $((interval_ms * failure_threshold))
  check "no address was touched that did not change" only_touched a 10.1.0.{1..5} 10.1.1.{1..5}
  only_touched a 10.1.0.{1..5} 10.1.1.{1..5} || show_touched a
  check "nor on the backup" test "$(touched b)" -eq 0
  check "no failover" test "$(epoch_of a)" == "$epoch"
  check_within 5 "one primary" pair_ready
}

nothing_touched() { # TEXT
  stop_watching a
  check "$1: no address is touched" test "$(touched a)" -eq 0
  ((!$(touched a))) || show_touched a
}

bad_file() {
  local before epoch
  before=$(refusals_of a) epoch=$(epoch_of a)
  watch_addresses a
  config_of a | sed 's/heartbeat_port = 9002/heartbeat_prot = 9002/' |
    on a install -m 600 /dev/stdin /etc/flywall/flywall.hcl
  reload a
  check_within 10 "bad file: refused, and on record" refused a $((before + 1))
  check "bad file: the record says what is wrong" history_has a '.event == "reload_refused" and (.detail // "" | test("heartbeat_prot"))'
  check "bad file: the log says where" grep -q "flywall.hcl:[0-9]*:[0-9]*: error" "$bench/a.log"
  check "bad file: the status says so" says a '.configuration.last_reload_successful == false'
  check "bad file: the pair goes on as before" is_primary a
  check "bad file: same epoch" test "$(epoch_of a)" == "$epoch"
  nothing_touched "bad file"
  check "good file again" reload_and_wait a
  check_within 5 "good file again: the status says so" \
    says a .configuration.last_reload_successful
}

unchanged_file() {
  watch_addresses a
  check "same file: reloaded" reload_and_wait a
  nothing_touched "same file"
}

has_priority() { says "$1" ".priority == $2"; }
seen_priority() { says "$1" ".peers[0].effective_priority == $2"; }
priorities() {
  watch_addresses a
  priority_of=([b]=70)
  check "priority of b: reloaded" reload_and_wait b
  check_within 5 "priority of b: it says so" has_priority b 70
  check_within 5 "priority of b: a hears of it" seen_priority a 70
  check "priority of b: a stays primary" is_primary a
  nothing_touched "priority of b"
  priority_of=()
  check "priority of b as before" reload_and_wait b
}

restart_needed() {
  extra_replication='  cluster_id = "another"'
  watch_addresses a
  check "cluster_id: the rest is reloaded" reload_and_wait a
  nothing_touched "cluster_id"
  check "cluster_id: it is said that this needs a restart" \
    history_has a '.event == "reloaded" and (.detail // "" | test("cluster_id"))'
  check "cluster_id: the log says why" grep -qE 'cluster_id.*restart' "$bench/a.log"
  check "cluster_id: the pair goes on" pair_ready
  extra_replication=""
  check "cluster_id as before" reload_and_wait a
}

has_peers() { says "$1" "[.peers[] | select(.alive)] | length == $2"; }
knows_peers() { says "$1" "[.peers[]] | length == $2"; }
nodes_come_and_go() {
  local epoch
  epoch=$(epoch_of a)
  routers=(a b c)
  watch_addresses a
  write_config c
  start_daemon c
  check "a third node: a reloads" reload_and_wait a
  check "a third node: b reloads" reload_and_wait b
  check_within 10 "a third node: one primary, two backups" pair_ready
  check_within 10 "a third node: all hear each other" has_peers a 2
  routers=(a b)
  check "without it again: a reloads" reload_and_wait a
  check "without it again: b reloads" reload_and_wait b
  stop_daemon c
  check_within 5 "without it again: a knows one peer" knows_peers a 1
  check_within 10 "without it again: one primary, one backup" pair_ready
  check "nodes came and went without a change of role" test "$(epoch_of a)" == "$epoch"
  nothing_touched "nodes came and went"
}

start_run
make_bench a b c
routers=(a b)
many_addresses
check "the pair settles with $addresses addresses" start_pair
check_within 10 "a has them" has_count a "$addresses"
let_locktime_pass
for part in heartbeats_go_on bad_file unchanged_file priorities restart_needed nodes_come_and_go; do
  note "== $part"
  "$part"
done
stop_pair
check "clean end: a has none of the addresses" has_count a 0
if ((failed)); then routers=(a b c) && show_logs; fi
summary
