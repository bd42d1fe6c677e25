#!/usr/bin/env bash
# Scripts of role changes on a real pair: order, environment, failures, and scripts that hang, fail,
# daemonise and print without end through alternating failovers.
#
#   integration/scripts_test.sh [--failovers 10]
set -euo pipefail
# shellcheck source=integration/lib.sh
. "$(dirname "$0")/lib.sh"

failovers=10
while (($#)); do
  case $1 in
    --failovers) failovers=$2 ;;
    *) sed -n '2,6s/^# \{0,1\}//p' "$0" >&2 && exit 2 ;;
  esac
  shift 2
done

# Outcomes are tested here, not speed.
heartbeat_interval=10ms failure_threshold=10
record=/run/flywall/scripts

# install_script NODE NAME < LINES
install_script() { on "$1" install -m 755 /dev/stdin "/etc/flywall/$2"; }
install_on_both() { # NAME FILE
  local node content
  content=$(cat "$2")
  for node in "${routers[@]}"; do install_script "$node" "$1" <<<"$content"; done
}
ha_lines() { # TIMEOUT [LINE...]
  printf '    pre_failover_script = "/etc/flywall/pre.sh"\n'
  printf '    post_failover_script = "/etc/flywall/post.sh"\n    script_timeout = "%s"\n' "$1"
  shift
  if (($#)); then printf '    %s\n' "$@"; fi
}
monitor_block='monitor_script "probe" {
      command  = ["/etc/flywall/probe.sh"]
      interval = "500ms"
      timeout  = "500ms"
      rise     = 2
      fall     = 2
    }'

# What both scripts are at first: one line for each call.
recorder() {
  cat <<'SCRIPT'
#!/bin/sh
echo "$FLYWALL_EVENT $FLYWALL_FROM $FLYWALL_TO $FLYWALL_REASON $FLYWALL_NODE_ID:$FLYWALL_PEER_ID" \
  "$FLYWALL_CLUSTER_ID $FLYWALL_PLANNED $FLYWALL_VIPS" >>/run/flywall/scripts
env | grep -vE '^(FLYWALL_|PATH=/usr/sbin:/usr/bin:/sbin:/bin$|LANG=C.UTF-8$|HOME=/$|PWD=|SHLVL=|_=)' \
  >>/run/flywall/strange || true
SCRIPT
}
# The scripts run as soon as they are there: the same name, another content.
scripts_become() { # PRE POST, as files of this run
  install_on_both pre.sh "$1"
  install_on_both post.sh "$2"
}

recorded() { on "$1" cat "$record" 2>/dev/null || true; }
forget_records() {
  local node
  for node in "${routers[@]}"; do on "$node" rm -f "$record"; done
}
records_are() { [[ $(recorded "$1" | cut -d' ' -f1-3) == "$2" ]]; }
script_entries() { # NODE JQ-CONDITION
  ha "$1" history --limit 1000 |
    jq "[.history[] | select(.event == \"script_ended\" or .event == \"script_failed\") | select($2)] | length"
}
script_entry() { [[ $(script_entries "$1" "$2") -gt 0 ]]; }

# Everything in a node but its holder and the daemon's two processes.
strangers_on() {
  local pid daemon=${daemon_pid[$1]}
  for pid in $(processes_of "$1"); do
    [[ $pid == "${holder_of[$1]}" || $pid == "$daemon" || $pid == "$(services_pid "$1")" ]] || echo "$pid"
  done
}
no_strangers() { [[ -z $(strangers_on "$1") ]]; }
descriptors_of() { find "/proc/$(services_pid "$1")/fd" -mindepth 1 | wc -l; }

kill_primary() { # the failover process of the primary, which is started again afterwards
  kill -KILL "${daemon_pid[$1]}"
}
restart_after_kill() {
  start_daemon "$1"
  check_within 20 "$2: the pair is whole again" pair_ready
}

takeover() {
  forget_records
  kill_primary a
  check_within 10 "unplanned: b takes over" is_primary_of_living b
  check_within 10 "unplanned: pre, then post, on the one that takes over" records_are b \
    $'pre_failover backup primary\npost_failover backup primary'
  check "unplanned: what they are told" grep -qE \
    " (peer_died|peer_silent|peer_resigned) b:a flywall no 10\.0\.0\.100/24 203\.0\.113\.100/24$" <(recorded b)
  check "unplanned: nothing else is in their environment" not on b test -s /run/flywall/strange
  check_within 5 "unplanned: history has them" script_entry b '.detail | startswith("post_failover_script (backup to primary)")'
  restart_after_kill a "unplanned"
}
# The other one is dead: only this one can be asked.
is_primary_of_living() { has_role "$1" primary && holds "$1" "$lan_vip" && holds "$1" "$wan_vip"; }

gap_of_takeover() { # VICTIM SURVIVOR; leaves the gap in $gap
  let_locktime_pass
  start_client
  kill_primary "$1"
  check_within 10 "$2 takes over" is_primary_of_living "$2"
  check_within 10 "traffic passes through $2" traffic_is_back
  stop_client
  gap=$(client_says longest_gap_ms)
  restart_after_kill "$1" "takeover"
}

never_delayed() {
  local without
  gap_of_takeover b a
  without=$gap
  printf '#!/bin/sh\ntrap "" TERM\nsleep 1000\n' >"$bench/hangs"
  scripts_become "$bench/hangs" "$bench/recorder"
  gap_of_takeover a b
  note "gap $without ms with scripts that end, $gap ms with a pre script that hangs"
  check "a pre script that hangs does not delay a takeover" at_most "$gap" "$(awk -v g="$without" 'BEGIN { print g + 500 }')"
  check_within 20 "it is killed, and history says so" script_entry b '.detail | test("pre_failover_script .*killed after")'
  check_within 20 "the post script has its turn then" script_entry b '.detail | startswith("post_failover_script (backup to primary)")'
  scripts_become "$bench/recorder" "$bench/recorder"
}

# A monitor_script that fails on the primary: the other one, which is well, takes the role.
own_monitor() {
  local primary other
  primary=$(primary_of) other=$(other_than "$(primary_of)")
  on "$primary" touch /run/flywall/sick
  check_within 10 "monitor_script: it fails on $primary, $other becomes primary" is_primary "$other"
  check_within 10 "monitor_script: history of $primary says why" history_has "$primary" \
    '.event == "monitor_changed" and (.detail | test("probe.*exit status 1: the probe is sick"))'
  on "$primary" rm /run/flywall/sick
  check_within 10 "monitor_script: $primary is well again" pair_ready
}

# What each node recorded of a planned failover from the one to the other.
planned() {
  local from to
  from=$(primary_of) to=$(other_than "$(primary_of)")
  forget_records
  check "planned: flywall ha failover" quietly ha "$from" failover
  check_within 10 "planned: pre, then post, on the one that gives the role up" records_are "$from" \
    $'pre_failover primary backup\npost_failover primary backup'
  check_within 10 "planned: pre, then post, on the one that takes it" records_are "$to" \
    $'pre_failover backup primary\npost_failover backup primary'
  check "planned: what the old primary's scripts are told" told "$from" "operator_request $from:$to flywall yes"
  check "planned: what the new primary's scripts are told" told "$to" "[a-z_]* $to:$from flywall yes"
  check_within 10 "planned: $to is primary" is_primary "$to"
}
quietly() { "$@" >/dev/null; }
told() { [[ $(recorded "$1" | grep -cE "^[a-z_]+ [a-z]+ [a-z]+ $2 ") -eq 2 ]]; }

# With pre_failover_required.
required() {
  local primary status=0
  stop_pair
  extra_ha=$(ha_lines 500ms 'pre_failover_required = true')
  check "required: the pair settles" start_pair
  primary=$(primary_of)
  printf '#!/bin/sh\necho the disk is full\nexit 7\n' >"$bench/fails"
  scripts_become "$bench/fails" "$bench/recorder"
  ha "$primary" failover >/dev/null 2>&1 || status=$?
  check "required: a failing pre script stops a planned failover (exit status $status)" test "$status" -ne 0
  check "required: $primary is still primary" is_primary "$primary"
  check_within 5 "required: history says why" script_entry "$primary" \
    '.detail | test("pre_failover_script .primary to backup.: exit status 7: the disk is full")'
  gap_of_takeover "$primary" "$(other_than "$primary")"
  scripts_become "$bench/recorder" "$bench/recorder"
  stop_pair
  extra_ha=$(ha_lines 500ms)
  check "not required again: the pair settles" start_pair
}

services_killed() {
  local primary pid
  primary=$(primary_of)
  # shellcheck disable=SC2016 # expanded in the node
  printf '#!/bin/sh\necho $FLYWALL_EVENT >>%s\nsetsid sleep 1000 &\ntrap "" TERM\nsleep 1000\n' "$record" >"$bench/stays"
  scripts_become "$bench/recorder" "$bench/stays"
  forget_records
  ha "$primary" failover >/dev/null
  primary=$(other_than "$primary")
  check_within 10 "services process killed: $primary is primary" is_primary "$primary"
  check_within 10 "services process killed: its post script hangs" await 10 post_begun "$primary"
  pid=$(services_pid "$primary")
  kill -KILL "$pid"
  check_within 10 "services process killed: another one is there" other_services "$primary" "$pid"
  check_within 10 "services process killed: nothing of its script is left" no_strangers "$primary"
  check "services process killed: no script runs twice" stays 1 post_begun "$primary"
  scripts_become "$bench/recorder" "$bench/recorder"
  check_within 15 "services process killed: the pair is whole" pair_ready
}
post_begun() { [[ $(recorded "$1" | grep -c "^post_failover") -eq 1 ]]; }
other_services() { local now; now=$(services_pid "$1") && [[ -n $now && $now != "$2" ]]; }

examples() {
  scripts_become "$source_dir/scripts/examples/pre-failover.sh" "$source_dir/scripts/examples/post-failover.sh"
  local from to
  from=$(primary_of) to=$(other_than "$(primary_of)")
  ha "$from" failover >/dev/null
  check_within 10 "examples: $to is primary" is_primary "$to"
  check_within 10 "examples: $to knows its role" on "$to" grep -qx primary /run/flywall/role
  check_within 10 "examples: $from knows its role" on "$from" grep -qx backup /run/flywall/role
}

# One script for both, which behaves badly in another way each time.
write_nasty_script() {
  cat >"$bench/nasty" <<'SCRIPT'
#!/bin/sh
n=$(cat /run/flywall/turn 2>/dev/null || echo 0)
echo $((n + 1)) >/run/flywall/turn
case $((n % 5)) in
  0) trap '' TERM HUP; while :; do sleep 100; done ;;
  1) echo "this one fails"; exit 3 ;;
  2) (setsid sh -c 'trap "" TERM; (setsid sleep 1000 &) ; sleep 1000' &); exit 0 ;;
  3) exec yes "this one never stops talking" ;;
  4) exit 0 ;;
esac
SCRIPT
}

nasty_failovers() {
  local i from to started slowest=0 took node before=()
  write_nasty_script
  scripts_become "$bench/nasty" "$bench/nasty"
  for node in "${routers[@]}"; do before+=("$(descriptors_of "$node")"); done
  for ((i = 1; i <= failovers; ++i)); do
    from=$(primary_of) to=$(other_than "$(primary_of)")
    started=$EPOCHREALTIME
    ha "$from" failover >/dev/null 2>&1 || note "failover $i: refused"
    await 15 is_primary "$to" || not_ok "failover $i: $to is primary"
    await 15 pair_ready || { not_ok "failover $i: the pair is whole" && break; }
    took=$(since "$started")
    slowest=$(printf '%s\n' "$slowest" "$took" | sort -g | tail -n 1)
  done
  check "$failovers failovers with nasty scripts are done" pair_ready
  note "the slowest took $slowest ms until both knew, scripts of 500 ms and more beside it"
  for node in "${routers[@]}"; do
    check_within 20 "nasty scripts: no process is left on $node" no_strangers "$node"
    check "nasty scripts: no descriptor is left open on $node" \
      at_most "$(descriptors_of "$node")" "$((before[0] + 4))"
    note "$node: $(script_entries "$node" 'true') ends on record," \
      "$(script_entries "$node" '.detail | test("killed after")') killed at the limit," \
      "$(script_entries "$node" '.detail | test("exit status 3: this one fails")') failed," \
      "$(script_entries "$node" '.detail | test("left behind")') left something behind," \
      "$(script_entries "$node" '.detail | test("skipped")') skipped"
    check "nasty scripts: those that hang are on record on $node" script_entry "$node" '.detail | test("killed after")'
    check "nasty scripts: those that fail are on record on $node" script_entry "$node" '.detail | test("exit status 3")'
    check "nasty scripts: those that daemonise are on record on $node" script_entry "$node" '.detail | test("left behind")'
    check "nasty scripts: the log of $node stays small" at_most "$(stat -c %s "$bench/$node.log")" 2000000
  done
}

clean_end() {
  local node
  scripts_become "$bench/recorder" "$bench/recorder"
  stop_pair
  for node in "${routers[@]}"; do
    check_within 5 "clean end: no process of ours is left in $node" only_its_holder "$node"
  done
}
only_its_holder() { [[ $(processes_of "$1") == "${holder_of[$1]}" ]]; }

start_run
make_bench a b
start_server
recorder >"$bench/recorder"
scripts_become "$bench/recorder" "$bench/recorder"
install_on_both probe.sh <(printf '#!/bin/sh\n! test -e /run/flywall/sick || { echo the probe is sick; exit 1; }\n')
extra_ha=$(ha_lines 500ms "$monitor_block")
check "the pair settles" start_pair
check_within 10 "a is primary" is_primary a
for part in takeover never_delayed own_monitor planned required services_killed examples nasty_failovers clean_end; do
  note "== $part"
  "$part"
done
if ((failed)); then show_logs; fi
summary
