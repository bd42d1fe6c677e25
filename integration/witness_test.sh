#!/usr/bin/env bash
# A third vote: a witness node, Redis, etcd and a shared file, each the real thing. Who dies or is cut
# off loses the addresses, who has the witness takes over, and never do both serve; a witness that
# hangs costs nothing while the peer is alive.
#
#   "rack" hangs on the switch of the sync cables, 192.168.100.18: flywalld with mode = "witness",
#   redis-server, etcd. The shared file lies in the folder of this run, which every node sees.
# Parts: node redis etcd file migration; without arguments all of them.
set -euo pipefail
# shellcheck source=integration/lib.sh
. "$(dirname "$0")/lib.sh"

heartbeat_interval=10ms failure_threshold=10
rack=192.168.100.18
kind=""        # of the witness under test
witness_pid="" # of the process that votes

unharmed() { is_primary "$1" && [[ $(epoch_of "$1") == "$2" ]]; }
serves_nothing() { ! holds "$1" "$lan_vip" && ! holds "$1" "$wan_vip" && not has_role "$1" primary; }
witness_reachable() { says "$1" "[.witnesses[].reachable] | all == $2"; } # NODE true|false
both_reach_witness() { witness_reachable a true && witness_reachable b true; }
ready() { pair_ready && both_reach_witness; }
alone_primary() { has_role "$1" primary && holds "$1" "$lan_vip" && holds "$1" "$wan_vip"; }

make_rack() {
  port_number[rack]=120
  make_node rack
  cable sync rack eth0
}

use_witness() { # KIND LINES: what both nodes ask
  kind=$1
  extra_ha=$(printf '    monitor_links = ["eth1", "eth2"]\n    witness "third" {\n%s\n    }\n' "$2")
}

start_witness_node() {
  spawn rack "$bench/rack.log" "$bin_dir/flywalld" --config /etc/flywall/flywall.hcl --foreground
  witness_pid=$spawned
}
configure_witness_node() {
  write_config a
  {
    printf 'replication {\n  mode = "witness"\n  node_id = "rack"\n'
    on a "$bin_dir/flywall" keygen --witness | sed "s/^}/  max_lease = \"1s\"\n}/"
    printf '}\n'
  } | on rack install -m 600 /dev/stdin /etc/flywall/flywall.hcl
}
start_redis() {
  spawn rack "$bench/redis.log" redis-server --port 6379 --bind 0.0.0.0 --protected-mode no \
    --dir "$bench" --save "" --appendonly no --maxmemory-policy noeviction
  witness_pid=$spawned
}
start_etcd() {
  rm -rf "$bench/etcd"
  spawn rack "$bench/etcd.log" etcd --data-dir "$bench/etcd" --listen-client-urls "http://$rack:2379" \
    --advertise-client-urls "http://$rack:2379" --listen-peer-urls http://127.0.0.1:2380
  witness_pid=$spawned
}
etcd_ready() { on rack curl -sf "http://$rack:2379/health" | grep -q '"true"'; } # it listens before
listens() { on rack bash -c "exec 3<>/dev/tcp/$rack/$1"; } # PORT

start_server_of_kind() {
  case $kind in
    node) start_witness_node ;;
    redis) start_redis && await 20 listens 6379 ;;
    etcd) start_etcd && await 20 etcd_ready ;;
    file) ;;
  esac
}

cold_start() {
  start_server_of_kind
  check "$kind: cold start" start_pair
  check_within 20 "$kind: both nodes reach the witness" both_reach_witness
  check "$kind: a majority is wanted" says a '.quorum == "majority"'
}

# Its own processes die with it: nobody resigns. The survivor and the witness are the majority.
crash() {
  local primary backup pid
  primary=$(primary_of) backup=$(other_than "$primary")
  let_locktime_pass
  note "[$primary] SIGSTOP of both processes, later kill -9"
  pid=$(services_pid "$primary")
  kill -STOP "$pid" "${daemon_pid[$primary]}"
  check_within 10 "$kind: primary frozen: the other takes over with the witness' vote" \
    alone_primary "$backup"
  kill -KILL "$pid" "${daemon_pid[$primary]}"
  await 5 ended "${daemon_pid[$primary]}"
  await 5 ended "$pid" # it may still be writing the lock, and has the port as long
  start_daemon "$primary"
  check_within 20 "$kind: the dead one is back as a backup" ready
}

# The witness is heard by one side only: that side serves.
partitions() {
  local primary backup epoch
  primary=$(primary_of) backup=$(other_than "$primary")
  partition "$primary" "$backup"
  partition "$primary" rack sync
  check_within 10 "$kind: the backup has the witness: it takes over" alone_primary "$backup"
  check "$kind: the primary without a majority serves nothing" serves_nothing "$primary"
  heal
  check_within 20 "$kind: one primary after healing" ready
  primary=$(primary_of) backup=$(other_than "$primary") epoch=$(epoch_of "$primary")
  partition "$primary" "$backup"
  check "$kind: both reach the witness, not each other: the primary stays" \
    stays 3 alone_primary "$primary"
  check "$kind: and nobody else serves" serves_nothing "$backup"
  heal
  check_within 20 "$kind: one primary after healing again" ready
  check "$kind: the same" test "$(epoch_of "$primary")" == "$epoch"
}

# While the peer is alive, its vote is the second one.
frozen() {
  local primary backup epoch silent
  primary=$(primary_of) backup=$(other_than "$primary") epoch=$(epoch_of "$primary")
  silent='.event == "peer_silent" or .event == "path_silent"'
  local before
  before=$(history_count "$backup" "$silent")
  note "[rack] kill -STOP"
  kill -STOP "$witness_pid"
  check_within 20 "$kind frozen: both say so" eval 'witness_reachable a false && witness_reachable b false'
  check "$kind frozen: no failover" stays 3 unharmed "$primary" "$epoch"
  check "$kind frozen: no heartbeat was late" test "$(history_count "$backup" "$silent")" == "$before"
  kill -CONT "$witness_pid"
  check_within 20 "$kind: it goes on" ready
}

# Witness and peer gone: nobody may serve. One of them back: somebody does.
lost() {
  local primary backup epoch
  primary=$(primary_of) backup=$(other_than "$primary") epoch=$(epoch_of "$primary")
  end_process "$witness_pid"
  check_within 20 "$kind ended: both say so" eval 'witness_reachable a false && witness_reachable b false'
  check "$kind ended: no failover" unharmed "$primary" "$epoch"
  partition "$primary" "$backup"
  check_within 10 "$kind and peer gone: the primary steps down" serves_nothing "$primary"
  check "$kind and peer gone: nobody serves" stays 2 eval 'serves_nothing a && serves_nothing b'
  start_server_of_kind
  check_within 20 "$kind back, empty: one of the two serves" eval 'alone_primary a || alone_primary b'
  heal
  check_within 20 "$kind back: all is well" ready
}

finish() {
  stop_pair
  if [[ -n $witness_pid ]]; then end_process "$witness_pid"; fi
  witness_pid=""
}

test_node() {
  use_witness node "      type = \"node\"
      address = \"$rack:9002\""
  configure_witness_node
  cold_start
  for part in crash partitions frozen lost; do "$part"; done
  check "node: a stranger hears nothing" not on lan bash -c "exec 3<>/dev/tcp/$rack/9002"
  finish
}

test_redis() {
  use_witness redis "      type = \"redis\"
      url = \"redis://$rack:6379\"
      connect_timeout = \"300ms\""
  cold_start
  for part in crash partitions frozen lost; do "$part"; done
  finish
  write_config a
  start_daemon a
  check_within 10 "redis not there at start: the node does not start" ended "${daemon_pid[a]}"
  check "redis not there at start: and says why" grep -q 'on_start = "backup"' "$bench/a.log"
}

test_etcd() {
  use_witness etcd "      type = \"etcd\"
      url = \"http://$rack:2379\"
      connect_timeout = \"300ms\""
  cold_start
  for part in crash frozen; do "$part"; done
  finish
}

test_file() {
  mkdir -p "$bench/shared"
  use_witness file "      type = \"file\"
      path = \"$bench/shared\"
      allow_network_fs = true"
  cold_start
  crash
  check "file: the lock says whose it is" grep -q "$(primary_of) .* held" "$bench/shared/flywall.lock"
  finish
}

# docs/witness-migration.md, step by step.
two_hold() { [[ $(holders_of "$lan_vip" | wc -l) -gt 1 ]]; }
watch_for_two() { while [[ ! -e $bench/migrated ]]; do if two_hold; then touch "$bench/two"; fi; done; }
witness_names() { ha "$1" status | jq -r '[.witnesses[].name] | join(" ")'; }
reload_with() { # NODE NAMES LINES: its witnesses are these afterwards
  extra_ha_of[$1]=$3
  write_config "$1"
  loudly "$1" "$bin_dir/flywall" config reload >/dev/null
  check_within 10 "migration: $1 has the witnesses $2" eval "[[ \$(witness_names $1) == '$2' ]]"
  check "migration: $1 reaches them" await 20 witness_reachable "$1" true
  check "migration: nothing failed over" unharmed "$steady" "$steady_epoch"
}

test_migration() {
  local disk redis watcher backup
  mkdir -p "$bench/shared"
  disk=$(printf '    witness "disk" {\n      type = "file"\n      path = "%s"\n      allow_network_fs = true\n    }\n' "$bench/shared")
  redis=$(printf '    witness "redis" {\n      type = "redis"\n      url = "redis://%s:6379"\n    }\n' "$rack")
  kind=redis extra_ha='    monitor_links = ["eth1", "eth2"]'
  extra_ha_of=([a]=$disk [b]=$disk)
  cold_start
  steady=$(primary_of) backup=$(other_than "$steady") steady_epoch=$(epoch_of "$steady")
  watch_for_two &
  watcher=$!
  reload_with "$backup" "disk redis" "$disk"$'\n'"$redis"
  reload_with "$steady" "disk redis" "$disk"$'\n'"$redis"
  reload_with "$backup" redis "$redis"
  reload_with "$steady" redis "$redis"
  touch "$bench/migrated"
  wait "$watcher"
  check "migration: never did two hold the address" not test -e "$bench/two"
  kind=migration
  crash # what a frozen node has is behind its fence, and no longer counted: fence_test.sh
  finish
  extra_ha_of=()
}

start_run
make_bench a b
make_rack
# The shipped examples: usable as they are, and the witness runs as it is.
examples() {
  local file
  for file in "$source_dir"/hcl-configs/ha-*.hcl; do
    check "example ${file##*/} is good" on rack "$bin_dir/flywalld" --check --config "$file"
  done
  spawn rack "$bench/example.log" "$bin_dir/flywalld" --config "$source_dir/hcl-configs/ha-witness.hcl"
  check_within 10 "example ha-witness.hcl: it votes" grep -q voting "$bench/example.log"
  end_process "$spawned"
}

if (($# == 0)); then set -- node redis etcd file migration; fi
examples
for part in "$@"; do
  note "== $part"
  case $part in
    redis | etcd | migration)
      program="redis-server"
      if [[ $part == etcd ]]; then program=etcd; fi
      if ! command -v "$program" >/dev/null; then
        skip "$program is not installed" "$part"
        continue
      fi
      ;;
  esac
  "test_$part"
done
if ((failed)); then show_logs; fi
summary
