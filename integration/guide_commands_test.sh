#!/usr/bin/env bash
# Every command of the guide's bash fences, and of the sh and bash fences in README.md and docs/, typed
# as it stands on a terminal of a real pair. A fence that cannot be run says so in the line before it:
#   <!-- not run: REASON -->
# A command must end well and say what is expected of it here; one that runs until it is interrupted
# must say it within five seconds.
set -euo pipefail
# shellcheck source=integration/lib.sh
. "$(dirname "$0")/lib.sh"

heartbeat_interval=10ms failure_threshold=10
# The guide's API listens on the standard port; each node has its own loopback.

# The guide's fences, in its order: where the command is typed, what it must say, the command itself.
# Places: primary, backup; stopped is a node whose daemon was stopped.
guide_commands() {
  cat <<'COMMANDS'
primary|primary|flywall ha status
backup|backup|flywall ha cluster
primary|.|flywall ha failover
primary|inet 10.0.0.100/24|ip addr show | grep "10.0.0.100"
primary|9002|tcpdump -i any port 9002
primary|"role"|curl -s "http://localhost:8080/api/ha/status"
backup|"nodes"|curl -s "http://localhost:8080/api/ha/cluster"
primary|"accepted"|curl -X POST "http://localhost:8080/api/ha/failover"
primary|"|curl -X POST "http://localhost:8080/api/ha/failback" -H "Content-Type: application/json" -d '{"enabled": true}'
primary|"|curl -s "http://localhost:8080/api/replication/status"
primary|"|curl -s "http://localhost:8080/api/ha/metrics"
primary|"history"|curl -s "http://localhost:8080/api/ha/history"
primary|connected|curl -s "http://localhost:8080/api/replication/stats"
primary|ha|journalctl -u flywall | grep -E "(ha|failover|vip)"
primary|primary|flywall ha monitor
primary|.|flywall replication status
primary|eth1|ip addr show
primary|succeeded|nc -zv 10.0.0.1 9002
stopped||ip addr add 10.0.0.100/24 dev eth1
backup|.|flywall ha promote
backup|.|flywall ha reset
later|replication comes with a later version|flywall replication resync
COMMANDS
}

# What a command of the documents must say; most only have to end well. First match counts.
expectation_of() { # COMMAND
  case $1 in
    "flywall ha status"* | "curl"*"/ha/status"*) echo '(primary|backup)' ;;
    "flywalld" | "flywalld "*"# runs"*) echo 'ha event=starting' ;;
    "flywall ha cluster"* | "flywall ha history"*) echo '[a-z]' ;;
    "curl"*) echo '^[^{]*\{' ;;
    *) echo '' ;;
  esac
}
runs_until_interrupted() { # COMMAND
  [[ $1 == tcpdump* || $1 == *" ha monitor"* || $1 == *--watch* || $1 == *" -w"* || $1 == *--follow* ||
    $1 == "flywalld" || $1 == "flywalld "*"# runs"* ]]
}

# type_at NODE COMMAND: on a terminal there, where the programs are in the path; what it asks is
# answered with yes.
type_at() {
  local status=0
  rm -f "$bench/keys"
  mkfifo "$bench/keys"
  exec 7<>"$bench/keys" # stays open: a terminal does not end
  printf 'y\n' >&7
  PATH=$bench/stand-ins:$bin_dir:$PATH on "$1" timeout 30 script -qec "$2" /dev/null <&7 7>&- \
    >"$bench/typed" || status=$?
  exec 7>&-
  sed -i 's/\r//g' "$bench/typed"
  return "$status"
}
said() { grep -qE -e "$1" "$bench/typed"; } # PATTERN
quote() { sed -n '1,6s/^/#   /p' "$bench/typed"; }

descendants() { # PID: children before their parents
  local child
  for child in $(pgrep -P "$1" || true); do
    descendants "$child"
    echo "$child"
  done
}

type_and_interrupt() { # NODE COMMAND PATTERN
  local pid child verdict=1
  : >"$bench/typed"
  # shellcheck disable=SC2016 # expanded by the inner shell
  PATH=$bench/stand-ins:$bin_dir:$PATH spawn "$1" "$bench/typed" bash -c \
    'sleep infinity | exec script -qefc "$0" /dev/null' "exec $2"
  pid=$spawned
  await 5 said "$3" && verdict=0
  # The deepest first: a daemon whose terminal goes away would take that for a wish to reload.
  for child in $(descendants "$pid") "$pid"; do end_process "$child"; done
  await 5 ended "$pid" || true
  return "$verdict"
}

node_for() { # PLACE
  case $1 in
    primary) primary_of ;;
    *) other_than "$(primary_of)" ;;
  esac
}

changes_roles() { [[ $1 == *failover* || $1 == *promote* || $1 == *failback* || $1 == *reset* || $1 == flywalld* ]]; }

type_while_stopped() { # ORIGIN NODE PATTERN COMMAND
  stop_daemon "$2"
  await 10 has_role "$(other_than "$2")" primary || true
  if runs_until_interrupted "$4"; then
    check "$1: $4 (on $2, its daemon stopped, until interrupted)" type_and_interrupt "$2" "$4" "${3:-.}"
  else
    check "$1: $4 (on $2, its daemon stopped)" type_at "$2" "$4"
  fi
  on "$2" ip addr del "$lan_vip/24" dev eth1 2>/dev/null || true
  start_daemon "$2"
}

# run_command ORIGIN PLACE PATTERN COMMAND
run_command() {
  local origin=$1 place=$2 pattern=$3 command=$4 node
  if [[ $place == later ]]; then
    skip "$pattern" "$origin: $command"
    return
  fi
  node=$(node_for "$place")
  if [[ $place == stopped ]]; then
    type_while_stopped "$origin" "$node" "$pattern" "$command"
  elif runs_until_interrupted "$command"; then
    check "$origin: $command (on $node, until interrupted)" type_and_interrupt "$node" "$command" "${pattern:-.}"
  elif ! type_at "$node" "$command"; then
    not_ok "$origin: $command (on $node)"
    quote
  elif [[ $command == curl* ]] && said '"error":'; then
    not_ok "$origin: $command (on $node) answers with an error"
    quote
  else
    check "$origin: $command (on $node)" said "${pattern:-^}"
    said "${pattern:-^}" || quote
  fi
  if [[ $place == stopped ]] || changes_roles "$command"; then
    await 15 pair_ready || note "the pair is not settled"
  fi
}

# fences FILE...: a line "KIND <tab> FILE:LINE <tab> TEXT" for each command (run) of sh and bash
# fences, each fence that is not run (skip), each command in a fence that does not say what it is
# (unknown).
fences() {
  awk -v OFS='\t' '
    function say(kind, text) { print kind, FILENAME ":" FNR, text }
    FNR == 1 { inside = 0; reason = "" }
    !inside && /^<!-- not run: .* -->$/ { reason = $0; gsub(/^<!-- not run: | -->$/, "", reason); next }
    !inside && /^```/ {
      language = substr($0, 4); inside = 1; joined = ""
      if (reason != "") say("skip", reason)
      next
    }
    inside && /^```/ { inside = 0; reason = ""; next }
    !inside { if ($0 != "") reason = ""; next }
    reason != "" { next }
    language == "" && /^(flywalld?|curl|systemctl|(\.\/)?scripts\/[a-z]+)( |$)/ { say("unknown", $0) }
    language != "sh" && language != "bash" { next }
    /^[ ]*(#|$)/ { next }
    /\\$/ { joined = joined substr($0, 1, length($0) - 1); next }
    { say("run", joined $0); joined = "" }' "$@"
}

place_of() { # COMMAND of the documents
  case $1 in
    "flywalld" | "flywalld "*"# runs"*) echo stopped ;;
    *" ha promote"* | */ha/promote* | *"failback now"*) echo backup ;;
    *) echo primary ;;
  esac
}

guide() {
  local place pattern command
  while IFS='|' read -r place pattern command; do
    run_command "guide" "$place" "$pattern" "$command"
  done < <(guide_commands)
}

documents() {
  local kind origin text
  while IFS=$'\t' read -r kind origin text; do
    case $kind in
      run) run_command "$origin" "$(place_of "$text")" "$(expectation_of "$text")" "$text" ;;
      skip) skip "$text" "$origin: its commands run" ;;
      unknown) not_ok "$origin: a command in a fence that says neither sh nor \"not run: REASON\": $text" ;;
    esac
  done < <(cd "$source_dir" && fences README.md docs/*.md)
}

start_run
mkdir "$bench/stand-ins"
# No journal runs in a namespace; the daemon's own output is what the journal would hold.
# shellcheck disable=SC2016 # expanded by the stand-in
printf '#!/bin/sh\ncat "%s/$(hostname).log"\n' "$bench" >"$bench/stand-ins/journalctl"
chmod +x "$bench/stand-ins/journalctl"
note "journalctl is a stand-in: it prints the log of the node's daemon"
make_bench a b
start_server
check "the pair settles" start_pair
for part in guide documents; do
  note "== $part"
  "$part"
done
check_within 10 "one primary at the end" pair_ready
stop_pair
summary
