#!/usr/bin/env bash
# The script that switches another node off (`fencing`): called for a primary that fell silent, never
# for one that left by its own word, waited for only where that is required.
set -euo pipefail
# shellcheck source=integration/lib.sh
. "$(dirname "$0")/lib.sh"

# Outcomes are tested here, not speed.
heartbeat_interval=10ms failure_threshold=10
record=/run/flywall/fenced
common=$extra_ha

# Fails as long as the file "refuse" exists.
install_power_switch() { # NODE
  on "$1" install -m 755 /dev/stdin /etc/flywall/power-off <<'SCRIPT'
#!/bin/sh
echo "$FLYWALL_EVENT $FLYWALL_NODE_ID:$FLYWALL_PEER_ID $FLYWALL_REASON $FLYWALL_REQUIRED" >>/run/flywall/fenced
test ! -e /run/flywall/refuse || { echo "no such outlet" && exit 3; }
SCRIPT
}
fenced() { on "$1" cat "$record" 2>/dev/null || true; }
fenced_times() { fenced "$1" | wc -l; }
has_fenced() { (($(fenced_times "$1") >= ${2:-1})); }
forget() { for node in "${routers[@]}"; do on "$node" rm -f "$record" /run/flywall/refuse; done; }
refuse() { on "$1" touch /run/flywall/refuse; }
relent() { on "$1" rm -f /run/flywall/refuse; }

# Stopped first: a services process that outlives the other one by a moment sends the wills.
kill_both() { # NODE
  local pids=("${daemon_pid[$1]}" "$(services_pid "$1")")
  note "[$1] kill -9 both processes at once"
  kill -STOP "${pids[@]}"
  kill -KILL "${pids[@]}"
}
settled_now() { pair_ready && traffic_is_back; }
serves() { has_role "$1" primary && holds "$1" "$lan_vip"; }
refused() { ! on "$1" timeout 3 "$bin_dir/flywall" --yes ha promote "${@:2}"; }

with_fencing() { # LINES inside fencing { }
  local node
  extra_ha="$common
    fencing {
      script = \"/etc/flywall/power-off\"
      timeout = \"5s\"
      $1
    }"
  for node in "${routers[@]}"; do write_config "$node"; done
}

beside_the_takeover() {
  local old new
  with_fencing "required = false"
  for node in "${routers[@]}"; do start_daemon "$node"; done
  check_within 20 "cold start" settled_now
  old=$(primary_of) new=$(other_than "$old")
  ha "$old" failover >/dev/null
  check_within 10 "planned: handed over" serves "$new"
  await 10 settled_now
  check "planned: nobody is switched off" not has_fenced "$new"
  old=$new new=$(other_than "$old")
  refuse "$new"
  kill_both "$old"
  check_within 10 "silent primary: the other takes over although the script fails" serves "$new"
  check_within 10 "silent primary: it was called once, with the name of the silent one" \
    eval "[[ \$(fenced $new) == 'fence $new:$old peer_silent no' ]]"
  check_within 10 "silent primary: the failure is in the history" \
    history_has "$new" '.event == "script_failed" and (.detail | test("fencing.script.*no such outlet"))'
  start_daemon "$old"
  check_within 20 "silent primary: back" settled_now
  for node in "${routers[@]}"; do stop_daemon "$node"; done
  forget
}

before_the_takeover() {
  local old new
  with_fencing "required = true"
  for node in "${routers[@]}"; do start_daemon "$node"; done
  check_within 20 "required: cold start" settled_now
  old=$(primary_of) new=$(other_than "$old")
  refuse "$new"
  kill_both "$old"
  check_within 20 "required: it is tried again as long as it fails" has_fenced "$new" 2
  check "required: no address is taken" not holds "$new" "$lan_vip"
  relent "$new"
  check_within 20 "required: the address is taken once it succeeds" serves "$new"
  check "required: never without it" eval "[[ \$(fenced $new | sort -u) == 'fence $new:$old peer_silent yes' ]]"
  start_daemon "$old"
  check_within 20 "required: back" settled_now
}

# With no automatic takeover a promotion is the only way.
promoted() {
  local old new
  for node in "${routers[@]}"; do stop_daemon "$node"; done
  forget
  common+='
    takeover = "never"'
  with_fencing "required = true"
  for node in a b; do start_daemon "$node"; done
  await 10 has_role a backup
  await 10 has_role b backup
  loudly a "$bin_dir/flywall" --yes ha promote --unfenced
  check "promote --unfenced: primary although fencing is required" serves a
  check "promote --unfenced: nobody is switched off" not has_fenced a
  old=a new=b
  kill_both "$old"
  await 10 says "$new" '.leader_id == null'
  refuse "$new"
  check "promote --fenced: not while the script fails" refused "$new" --fenced
  check "promote --fenced: the script was called" has_fenced "$new"
  check "promote --fenced: no address" not holds "$new" "$lan_vip"
  relent "$new"
  check_within 20 "promote --fenced: primary once the script succeeds" \
    eval "on $new $bin_dir/flywall --yes ha promote --fenced --timeout 10 && serves $new"
  stop_daemon "$new"
  extra_ha=$common
  write_config "$new"
  start_daemon "$new"
  await 10 has_role "$new" backup
  check "promote --fenced: refused where nothing could fence" refused "$new" --fenced
  check "promote --fenced: and the node stays what it was" has_role "$new" backup
  end_process "${daemon_pid[$new]}"
}

start_run
make_bench a b
start_server
for node in "${routers[@]}"; do install_power_switch "$node"; done
for part in beside_the_takeover before_the_takeover promoted; do
  note "== $part"
  "$part"
done
if ((failed)); then show_logs; fi
summary
