#!/usr/bin/env bash
# The channel of a trio on real sockets: all pairs connect, by themselves again after a cut cable, a
# restart, a listen address that comes late; another secret is told on both sides; secrets rotate and
# peers come and go by reload; a bulk stream does not hold up an urgent one.
set -euo pipefail
# shellcheck source=integration/lib.sh
. "$(dirname "$0")/lib.sh"

heartbeat_interval=100ms failure_threshold=30 # this is about the channel
old_secret=$shared_secret
new_secret="the second secret of this bench, long enough"
declare -A secret_of=() previous_of=() without=() listens_on=()

replication() { # NODE SUBCOMMAND: as JSON
  timeout 5 nsenter --target "${holder_of[$1]}" --net --uts --mount -- "$bin_dir/flywall" -o json replication "$2"
}
channel_says() { replication "$1" status | jq -e "$2" >/dev/null; } # NODE JQ-CONDITION
# Names of the peers NODE is connected with, in order.
connected_of() { replication "$1" peers | jq -r '[.peers[] | select(.connected) | .node_id] | sort | join(" ")'; }
connected() { [[ $(connected_of "$1") == "$2" ]]; } # NODE "NAMES"
all_connected() { connected a "b c" && connected b "a c" && connected c "a b"; }
connection_to() { replication "$1" peers | jq -r --arg n "$2" '.peers[] | select(.node_id == $n) | .remote + " " + .called_by'; }
connects_to() { replication "$1" peers | jq -r --arg n "$2" '.peers[] | select(.node_id == $n) | .connects'; }
lasts() { at_least "$(replication "$1" peers | jq "[.peers[] | select(.node_id == \"$2\") | .connected_seconds][0]")" "$3"; }
trouble_says() { channel_says "$1" "[.peers[] | .trouble // \"\" | test(\"$2\")] | any"; } # NODE REGEX
logged() { grep -qE "$2" "$bench/$1.log"; }

# As the library writes it, with this script's secrets and peers.
rewrite() { # NODE
  config_of "$1" | sed -e "s|secret_key = .*|secret_key = \"${secret_of[$1]:-$old_secret}\"|" \
    -e "${previous_of[$1]:+/secret_key/a previous_secret_key = \"${previous_of[$1]}\"}" \
    -e "${without[$1]:+s|\"$(sync_host "${without[$1]:-a}"):9001\", ||}" \
    -e "${listens_on[$1]:+s|listen_addr = .*|listen_addr = \"${listens_on[$1]}:9001\"|}" |
    on "$1" install -m 600 /dev/stdin /etc/flywall/flywall.hcl
}
reload() { # NODE: the new file, taken over
  local before
  before=$(history_count "$1" '.event == "reloaded"')
  rewrite "$1"
  note "[$1] SIGHUP"
  kill -HUP "${daemon_pid[$1]}"
  await 20 reloaded "$1" $((before + 1))
}
reloaded() { [[ $(history_count "$1" '.event == "reloaded"') -ge $2 ]]; }

mesh() {
  check_within 20 "all three are connected with each other" all_connected
  check_within 10 "each pair has one connection: a's end and b's are the same" same_connection
  check_within 5 "the round trip is measured" channel_says a '[.peers[].rtt_seconds | . != null and . > 0 and . < 1] | all'
  check_within 5 "the claim of the primary travels" channel_says b "[.peers[].epoch] | all(. == $(epoch_of a))"
  check "the connecting is in the history" history_has a '.event == "channel_connected" and .peer == "b"'
  check "the metrics tell it" metrics_tell a '[.replication_connected[].value] == [1, 1] and ([.replication_bytes_total[] | select(.stage == "wire") | .value] | min > 0)'
}
metrics_tell() { # NODE JQ-CONDITION
  on "$1" curl -s --unix-socket /run/flywall/api.sock http://localhost/api/ha/metrics | jq -e "$2"
}
same_connection() {
  local here there
  here=$(connection_to a b) there=$(connection_to b a)
  [[ ($here == *"this node" && $there == *"the peer") || ($here == *"the peer" && $there == *"this node") ]]
}

cut_cable() {
  local start
  pull_cable c sync
  check_within 20 "the cable of c is cut: a misses it" connected a b
  check "and says why" history_has a '.event == "channel_lost" and .peer == "c" and (.detail | test("heard|broke"))'
  check "a and b do not mind" lasts a b 1
  plug_cable c sync
  start=$EPOCHREALTIME
  check_within 20 "the cable is back: all are connected" all_connected
  note "connected again after $(since "$start") ms"
}

restart() {
  local before start
  before=$(connects_to a b)
  stop_daemon b
  check_within 10 "b is stopped: a knows at once why" history_has a '.event == "channel_lost" and .peer == "b" and .detail == "it stops"'
  rewrite b
  start=$EPOCHREALTIME
  start_daemon b
  check_within 20 "b is started again: all are connected" all_connected
  note "connected again $(since "$start") ms after its start"
  note "[b] kill -9 of the services process"
  kill -KILL "$(services_pid b)"
  check_within 20 "its services process is killed: connected again" reconnected_since "$before"
  check_within 20 "and all the others too" all_connected
}
reconnected_since() { [[ $(connects_to a b) -gt $(($1 + 1)) ]]; }

wrong_secret() {
  secret_of[c]="quite another secret, of a stranger in the house"
  end_process "${daemon_pid[c]}"
  rewrite c
  start_daemon c
  check_within 20 "c has another secret: a and b stay alone" connected a b
  check_within 20 "c is told what that means" trouble_says c "secret_key or cluster_id is another one"
  check_within 20 "a is told too" logged a "was refused: its secret_key or cluster_id is another one"
  check "nobody is connected with c" connected c ""
  secret_of[c]=$old_secret
  end_process "${daemon_pid[c]}"
  rewrite c
  start_daemon c
  check_within 20 "c has the secret again: all are connected" all_connected
}

rotation() {
  local node
  for node in a b c; do previous_of[$node]=$new_secret && reload "$node"; done
  check "rotation, step 1: nothing was cut" lasts a b 1
  for node in a b c; do
    secret_of[$node]=$new_secret previous_of[$node]=$old_secret
    reload "$node"
    check_within 20 "rotation, step 2 on $node: all are connected" all_connected
  done
  for node in a b c; do previous_of[$node]="" && reload "$node"; done
  check_within 20 "rotation, step 3: all are connected" all_connected
  check_within 20 "with the new secret" one_key
}
one_key() { [[ $({ replication a peers; replication b peers; replication c peers; } | jq -r '.peers[].key_id' | sort -u | wc -l) -eq 1 ]]; }

peers_by_reload() {
  without[a]=c
  reload a
  check_within 20 "a has c no longer among its peers: not connected" connected a b
  check_within 20 "c is told so" trouble_says c "does not have this node among its peers"
  without[a]=""
  reload a
  check_within 20 "and is a peer again: all are connected" all_connected
}

late_address() {
  end_process "${daemon_pid[b]}"
  listens_on[b]=192.168.100.77
  rewrite b
  start_daemon b
  check_within 20 "b listens on an address that is not there: said, not fatal" channel_says b '.trouble | test("192.168.100.77.*trying again")'
  check_within 20 "b calls the others meanwhile" all_connected
  on b ip addr add 192.168.100.77/24 dev eth0
  check_within 10 "the address is there: b listens" on b bash -c 'ss -Hltn "sport = :9001" | grep -q 192.168.100.77'
  check_within 10 "and has no trouble any more" channel_says b '.trouble == null'
}

# The figures are printed; what is judged is only that an urgent message overtakes the bulk.
priority() {
  local kind result
  spawn b "$bench/serve.log" "$bin_dir/channel_probe" serve "$(sync_host b):9111"
  for kind in text noise; do
    result=$(on a timeout 60 "$bin_dir/channel_probe" drive "$(sync_host b):9111" 3 "$kind")
    note "$kind: $result"
    check "bulk of $kind flows" at_least "$(jq .bulk_mb_per_s <<<"$result")" 1
    check "urgent messages go on beside it" at_least "$(jq .beside_bulk.messages <<<"$result")" 50
    check "and wait for no backlog (half of them less than 50 ms)" at_most "$(jq .beside_bulk.median_us <<<"$result")" 50000
  done
  end_process "$spawned"
}

start_run
make_bench a b c
for node in a b c; do rewrite "$node" && start_daemon "$node"; done
for part in mesh cut_cable restart wrong_secret rotation peers_by_reload late_address priority; do
  note "== $part"
  "$part"
done
stop_pair
if ((failed)); then show_logs; fi
summary
