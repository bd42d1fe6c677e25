#!/usr/bin/env bash
# What a pair makes of links, gateways and silent networks: what concerns one node moves the
# addresses to the other one, what concerns both moves nothing. Timings are printed; only wrong
# outcomes fail. Arguments: the parts wanted, else all.
set -euo pipefail
# shellcheck source=integration/lib.sh
. "$(dirname "$0")/lib.sh"

# Outcomes are tested here: slow enough that a processor taken away for some 10 ms is not a death.
heartbeat_interval=10ms failure_threshold=10
# Equal, so that a is preferred by its name only: at any penalty of the primary a peer with a better
# priority would take over, even one that has the same penalty.
priority_of=([a]=100 [b]=100)
# "wan" is the gateway without which there is nothing to forward to; "lan2" one that weighs next to
# nothing and is a witness for both nodes; eth3 a third network of each node.
extra_ha='    monitor_gateway "203.0.113.9" {
      interval = "100ms"
    }
    monitor_gateway "10.0.0.10" {
      interval = "100ms"
      weight = 1
    }
    monitor_link "eth3" {
      weight = 60
      rise = 2
      fall = 3
      interval = "100ms"
    }'

is_faulty() { says "$1" '.fault == "faulty"'; }
is_sound() { says "$1" '.fault == "none"'; }
both_faulty() { is_faulty a && is_faulty b; }
weighs() { says "$1" ".effective_priority == $2"; } # NODE PRIORITY
unharmed() { is_primary "$1" && [[ $(epoch_of "$1") == "$2" ]]; }
reported() { history_has "$1" "(.detail // \"\") | startswith(\"$2\")"; } # NODE TEXT
count_of() { history_count "$1" "(.detail // \"\") | startswith(\"$2\")"; }

# Both nodes are well again, whoever is primary.
recovered() {
  check_within 20 "$1: one primary, the other follows, no fault is left" all_well
  check_within 5 "$1: traffic passes" traffic_is_back
}
all_well() { pair_ready && is_sound a && is_sound b; }

add_third_network() { # NODE: its other end stands for a cable
  on "$1" ip link add eth3 type veth peer name cable3
  on "$1" ip link set eth3 up
  on "$1" ip link set cable3 up
}

cold_start() {
  check "cold start: both nodes settle on one primary" start_pair
  check_within 5 "cold start: the preferred one, and nobody is in fault" all_well
  check "cold start: it is a" is_primary a
  check_within 5 "cold start: the gateways answer" reported a "gateway 203.0.113.9 up"
  check_within 5 "cold start: for the other node as well" reported b "gateway 203.0.113.9 up"
}

# E11: the primary alone loses its gateway.
gateway_of_one() {
  local primary backup
  primary=$(primary_of) backup=$(other_than "$primary")
  start_client
  partition "$primary" wan wan
  check_within 5 "gateway gone for the primary: $backup takes over (E11)" is_primary "$backup"
  stop_client
  note "gateway gone for the primary: gap $(client_says longest_gap_ms) ms"
  check "gateway gone for the primary: it says why" \
    reported "$primary" "gateway 203.0.113.9 down: no answer for 3 probes"
  check "gateway gone for the primary: by its own fault" \
    history_has "$primary" '.reason == "own_fault"'
  check "gateway gone for the primary: the other one has no fault" is_sound "$backup"
  heal
  recovered "gateway back"
  check "gateway back: nothing moved again" is_primary "$backup"
}

# The gateway itself dies.
gateway_of_both() {
  local primary epoch
  primary=$(primary_of) epoch=$(epoch_of "$primary")
  silence wan wan
  check_within 5 "gateway gone for both: both are in fault" both_faulty
  check "gateway gone for both: nothing moves" stays 2 unharmed "$primary" "$epoch"
  heal
  recovered "gateway back for both"
  check "gateway back for both: nothing moved (E11)" unharmed "$primary" "$epoch"
}

# Two bad answers are not three.
rise_and_fall() {
  local primary before started
  primary=$(primary_of) before=$(count_of "$primary" "gateway 10.0.0.10 down")
  for _ in 1 2 3; do
    on lan2 ip link set eth0 arp off
    sleep 0.1
    on lan2 ip link set eth0 arp on
    sleep 0.4
  done
  check "a gateway that is away for less than fall x interval never was down" \
    [ "$(count_of "$primary" "gateway 10.0.0.10 down")" == "$before" ]
  before=$(count_of "$primary" "eth3")
  on "$primary" ip link set cable3 down
  on "$primary" ip link set cable3 up
  check "nor a link that flickers" stays 1 is_sound "$primary"
  check "and nothing is reported" [ "$(count_of "$primary" "eth3")" == "$before" ]
  started=$EPOCHREALTIME
  on lan2 ip link set eth0 arp off
  check_within 5 "a gateway that stays away is down" reported "$primary" "gateway 10.0.0.10 down"
  note "down after $(since "$started") ms"
  check "but not before two more intervals" at_least "$(since "$started")" 200
  check "a weight of 1 is no fault" is_sound "$primary"
  on lan2 ip link set eth0 arp on
}

# A weight makes the other node better; the primary hands over, nobody is in fault.
weight() {
  [[ $(primary_of) == a ]] || ha b failover >/dev/null
  check_within 10 "weight: a is primary" is_primary a
  start_client
  on a ip link set cable3 down
  check_within 5 "weight: eth3 down adds 60 to the priority" weighs a 160
  check "weight: and is no fault" is_sound a
  check_within 10 "weight: the better peer takes over" is_primary b
  stop_client
  check "weight: as planned, no datagram is lost" at_most "$(client_says lost)" 0
  on a ip link set cable3 up
  check_within 5 "weight: eth3 up takes it away again" weighs a 100
  recovered "weight"
}

# E5: the primary is deaf and dumb on the LAN, its carrier stays, the sync cable lives.
deaf_primary() {
  local primary backup
  primary=$(primary_of) backup=$(other_than "$primary")
  start_client
  silence "$primary" lan
  check_within 5 "LAN silent for the primary: $backup takes over (E5)" is_primary "$backup"
  stop_client
  note "LAN silent for the primary: gap $(client_says longest_gap_ms) ms"
  check "LAN silent for the primary: the nodes still hear each other" \
    says "$backup" '.peers[0].alive'
  check "LAN silent for the primary: it says that it is deaf" reported "$primary" "network eth1 deaf"
  check "LAN silent for the primary: the other one is answered" is_sound "$backup"
  heal
  recovered "LAN heard again"
  check "LAN heard again: nothing moved back" is_primary "$backup"
}

# The switch of the LAN dies, carriers stay: both are equally deaf.
dead_switch() {
  local primary epoch
  primary=$(primary_of) epoch=$(epoch_of "$primary")
  note "the LAN switch forwards nothing"
  on switch ip link set br-lan down
  check_within 5 "dead LAN switch: both are deaf there" both_faulty
  check "dead LAN switch: nothing moves" stays 2 unharmed "$primary" "$epoch"
  on switch ip link set br-lan up
  recovered "LAN switch alive"
  check "LAN switch alive: nothing moved" unharmed "$primary" "$epoch"
}

start_run
make_bench a b
make_node lan2
port_number[lan2]=60
cable lan lan2 eth0
for node in a b; do add_third_network "$node"; done
start_server
cold_start
parts=("$@")
((${#parts[@]})) ||
  parts=(gateway_of_one gateway_of_both rise_and_fall deaf_primary dead_switch weight)
for part in "${parts[@]}"; do
  note "== $part"
  "$part"
done
stop_pair
if ((failed)); then show_logs; fi
summary
