#!/usr/bin/env bash
# No false failover: 3 ms x 5 while every processor is saturated by other processes and another
# namespace adds and deletes links all the time (each change takes the kernel's network lock).
# Twenty seconds; FULL=1: ten minutes; SOAK_SECONDS overrides.
set -euo pipefail
# shellcheck source=integration/lib.sh
. "$(dirname "$0")/lib.sh"

seconds=20
if [[ -n ${FULL:-} ]]; then seconds=600; fi
seconds=${SOAK_SECONDS:-$seconds}
heartbeat_interval=3ms failure_threshold=5

links_come_and_go() { # in a namespace of its own
  make_node churn
  # shellcheck disable=SC2016 # runs in the node's shell
  spawn churn "$bench/churn.log" bash -c '
    while :; do
      for i in 1 2 3 4 5 6 7 8; do echo "link add churn$i type veth peer name rhurn$i"; done | ip -batch -
      for i in 1 2 3 4 5 6 7 8; do echo "link del churn$i"; done | ip -batch -
    done'
}

unharmed() { is_primary "$1" && [[ $(epoch_of "$1") == "$2" ]]; }
realtime() { # the failover thread is scheduled before ordinary processes
  local thread
  for thread in /proc/"${daemon_pid[a]}"/task/*; do
    if chrt -p "${thread##*/}" 2>/dev/null | grep -q SCHED_FIFO; then return 0; fi
  done
  return 1
}

start_run
make_bench a b
start_server
check "the pair starts" start_pair
primary=$(primary_of) epoch=$(epoch_of "$primary")
if ! realtime; then
  skip "no real-time scheduling here" "no false failover in $seconds s under full load"
  summary
  exit
fi
stolen=$(stolen_ms)
links_come_and_go
spawn lan "$bench/hog.log" "$bin_dir/cpu_hog" --threads "$(($(nproc) * 2))" --seconds "$((seconds + 30))"
hog=$spawned
client_seconds=$((seconds + 30))
note "every processor busy, links come and go, for $seconds s"
start_client
sleep "$seconds" # the test is this time: nothing in it may happen
stop_client
end_process "$hog"
stolen=$(($(stolen_ms) - stolen))
note "longest gap of the client $(client_says longest_gap_ms) ms; stolen from this machine: $stolen ms"
text="no false failover in $seconds s under full load"
if unharmed "$primary" "$epoch"; then
  ok "$text"
elif ((stolen > 0)); then
  # A processor that was taken away from one node for longer than 15 ms looks exactly like its death.
  skip "the host took $stolen ms of processor time away meanwhile" "$text"
else
  not_ok "$text"
fi
check_within 20 "one primary at the end" pair_ready
stop_pair
if ((failed)); then show_logs; fi
summary
