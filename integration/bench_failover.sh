#!/usr/bin/env bash
# What a client sees of a failover: Flywall and keepalived in turn, same client, same cables, one run.
#
#   integration/bench_failover.sh [--runs 10] [--timers "3ms x 4"] [--addresses 2]
#                                 [--events "power silent cable killed frozen services planned"] [--only flywall|keepalived]
#
# keepalived advertises at the same interval, but never faster than 10 ms, its minimum.
# Ends with a Markdown table: the longest gap between two answers, in milliseconds, and for planned
# ones the most packets lost in a run.
set -euo pipefail
# shellcheck source=integration/lib.sh
. "$(dirname "$0")/lib.sh"

runs=10 timers="3ms x 4" addresses=2 events="power silent cable killed frozen services planned" only=""
while (($#)); do
  case $1 in
    --runs) runs=$2 ;;
    --timers) timers=$2 ;;
    --addresses) addresses=$2 ;;
    --events) events=$2 ;;
    --only) only=$2 ;;
    *) sed -n '2,9s/^# \{0,1\}//p' "$0" >&2 && exit 2 ;;
  esac
  shift 2
done
heartbeat_interval=${timers%% *} failure_threshold=${timers##* }
if [[ ! $heartbeat_interval =~ ^[0-9]+ms$ || ! $failure_threshold =~ ^[0-9]+$ ]]; then
  echo 'timers look like "100ms x 3"' >&2
  exit 2
fi
keepalived_interval=$(awk -v ms="${heartbeat_interval%ms}" 'BEGIN { print (ms < 10 ? 10 : ms) / 1000 }')
for ((i = 0; i < addresses - 2; ++i)); do extra_addresses+=("10.1.$((i / 250)).$((i % 250 + 1))/32"); done

start_one() { if [[ $candidate == flywall ]]; then write_config "$1" && start_daemon "$1"; else start_keepalived "$1"; fi; }
stop_one() { if [[ $candidate == flywall ]]; then stop_daemon "$1"; else stop_keepalived "$1"; fi; }

holder() { # the one node with both addresses; nothing when it is not one
  local node
  node=$(holders_of "$lan_vip")
  if [[ $node != *$'\n'* && $(holders_of "$wan_vip") == "$node" ]]; then echo "$node"; fi
}
settled() {
  [[ -n $(holder) ]] && traffic_flows || return 1
  [[ $candidate == keepalived ]] || pair_ready
}
moved_from() { holds "$(other_than "$1")" "$lan_vip" && traffic_is_back; }

# Whoever has the address in its kernel is not who answers for it: the fence may be closed.
still_answers() { # NODE
  on lan "$bin_dir/arp_listener" watch --interface eth0 --address "$lan_vip" --seconds 1 |
    tail -n 1 | jq -e --arg mac "$(mac_in lan "$1")" '(.answers[$mac] // 0) > 0' >/dev/null
}

# All processes of the candidate there, the failover process first.
processes_in() { # NODE
  if [[ $candidate == flywall ]]; then echo "${daemon_pid[$1]}" && services_pid "$1"; else keepalived_processes "$1"; fi
}
signal_all() { # SIGNAL NODE
  local pids
  mapfile -t pids < <(processes_in "$2")
  kill "-$1" "${pids[@]}"
}

strike() { # EVENT VICTIM
  case $1 in
    power) power_off "$2" ;;
    silent) silence "$2" ;;
    cable) pull_cable "$2" lan ;;
    killed) if [[ $candidate == flywall ]]; then kill -KILL "${daemon_pid[$2]}"; else kill_keepalived "$2"; fi ;;
    frozen) signal_all STOP "$2" ;;
    services) kill -KILL "$(services_pid "$2")" ;;
    # keepalived has no command for it: it is stopped in good order.
    planned) if [[ $candidate == flywall ]]; then ha "$2" failover >/dev/null; else stop_keepalived "$2"; fi ;;
  esac
}
mend() { # EVENT VICTIM
  case $1 in
    power) power_on "$2" ;;
    silent) heal ;;
    cable) plug_cable "$2" lan ;;
    killed)
      [[ $candidate == flywall ]] || forget_addresses "$2"
      start_one "$2"
      ;;
    frozen) signal_all CONT "$2" ;;
    planned) [[ $candidate == flywall ]] || start_one "$2" ;;
  esac
}

# One fault; appends "gap lost stolen both" to the results of this candidate and event.
one_run() { # EVENT
  local victim stolen both=0 lateness
  victim=$(holder)
  let_locktime_pass
  start_client
  stolen=$(stolen_ms)
  strike "$1" "$victim"
  if [[ $1 == services ]]; then
    # Nothing may move: the client is watched as long as a takeover would take.
    stays 1 holds "$victim" "$lan_vip" || both=1
  else
    await 4 moved_from "$victim" || note "the address did not move within 4 s"
    # What stays behind is judged after any takeover could have finished.
    if still_answers "$victim"; then both=1; fi
  fi
  traffic_is_back || true
  stop_client
  stolen=$(($(stolen_ms) - stolen))
  lateness=$(client_says own_lateness_ms)
  printf '%s %s %s %s %s\n' "$(client_says longest_gap_ms)" "$(client_says lost)" "$stolen" "$both" \
    "$lateness" | tee -a "$bench/$candidate.$1" | sed "s/^/# $candidate $1: gap lost stolen both late = /"
  mend "$1" "$victim"
  await 20 settled || note "the pair has not settled within 20 s"
}

measure() { # EVENT CANDIDATE
  local node run
  candidate=$2
  for node in "${routers[@]}"; do start_one "$node"; done
  if await 30 settled; then
    for ((run = 0; run < runs; ++run)); do one_run "$1"; done
  else
    note "$candidate did not become a pair within 30 s"
  fi
  for node in "${routers[@]}"; do stop_one "$node"; done
  for node in "${routers[@]}"; do forget_addresses "$node"; done
}

column() { cut -d' ' -f"$3" "$bench/$2.$1" 2>/dev/null || true; } # EVENT CANDIDATE FIELD
cell() { # EVENT CANDIDATE: median / worst, and what was left behind
  local both
  [[ -s $bench/$2.$1 ]] || { printf ' – | –' && return; }
  both=$(column "$1" "$2" 4 | grep -c 1 || true)
  # Without power a node holds nothing; here it only has no cables.
  if [[ $1 == power ]]; then both=0; fi
  printf ' %s | %s' "$(column "$1" "$2" 1 | median)" "$(column "$1" "$2" 1 | worst)"
  if [[ $1 == planned ]]; then printf ' (%d lost)' "$(column "$1" "$2" 2 | worst | cut -d. -f1)"; fi
  if ((both > 0)); then printf ' (the old one went on answering in %d of %d)' "$both" "$(column "$1" "$2" 4 | wc -l)"; fi
}
row() { # EVENT
  local ours theirs ratio="–"
  ours=$(column "$1" flywall 1 | median)
  theirs=$(column "$1" keepalived 1 | median)
  if [[ -n $ours && -n $theirs ]]; then ratio=$(awk -v o="$ours" -v t="$theirs" 'BEGIN { printf "%.1f", t / o }'); fi
  printf '| %s | %s |%s |%s | %s | %s |\n' "$1" "$runs" "$(cell "$1" flywall)" "$(cell "$1" keepalived)" \
    "$ratio" "$(cat "$bench"/*."$1" 2>/dev/null | cut -d' ' -f3 | worst)"
}
table() {
  local event
  printf '\nFlywall %s, keepalived %s s x 3, %d virtual addresses; gaps in ms\n\n' "$timers" \
    "$keepalived_interval" "$addresses"
  printf '| event | runs | Flywall median | worst | keepalived median | worst | ratio of medians | stolen, worst run |\n'
  printf '|---|---|---|---|---|---|---|---|\n'
  for event in $events; do row "$event"; done
}

start_run
make_bench a b
start_server
for event in $events; do
  for candidate in flywall keepalived; do
    [[ -z $only || $only == "$candidate" ]] || continue
    [[ $event == services && $candidate == keepalived ]] && continue
    [[ $candidate == keepalived ]] && ! command -v keepalived >/dev/null && continue
    measure "$event" "$candidate"
  done
done
table
