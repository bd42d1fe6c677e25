#!/usr/bin/env bash
# A pair without any IPv4 address: heartbeats, virtual addresses (global and link-local ones), their
# announcement, a virtual route, takeover and handover under traffic.
set -euo pipefail
# shellcheck source=integration/lib.sh
. "$(dirname "$0")/lib.sh"

heartbeat_interval=10ms failure_threshold=10
with_ipv4=0 with_ipv6=1
gateway_local=fe80::100 # the LAN's hosts know their gateway by it
extra_addresses=("$gateway_local/64")
extra_ha='    monitor_links = ["eth1", "eth2"]
    virtual_route {
      to  = "2001:db8:ff::/48"
      via = "2001:db8:203::9"
    }'

# An address that waits for duplicate detection cannot be used for one to two seconds.
usable_at_once() { # NODE ADDRESS
  local line
  line=$(on "$1" ip -6 -o addr show to "$2/128")
  [[ $line == *" nodad "* && $line != *tentative* && $line != *dadfailed* ]]
}
has_route() { [[ -n $(on "$1" ip -6 route show 2001:db8:ff::/48) ]]; }
only_has_route() { has_route "$1" && ! has_route "$(other_than "$1")"; }
has_all() { # PRIMARY
  is_primary "$1" && holds "$1" "$gateway_local" && ! holds "$(other_than "$1")" "$gateway_local"
}
all_usable() {
  local address
  for address in $(gateways) "$gateway_local"; do usable_at_once "$1" "$address" || return 1; done
}

# An unsolicited neighbour advertisement: from that node's interface, to all nodes, Override and
# Router set, Solicited not.
announced() { # NODE TARGET
  grep "$(mac_in lan "$1") > 33:33:00:00:00:01" "$bench/notices" | grep -qF "tgt is $2, Flags [router, override]"
}

heartbeats() {
  start_capture heartbeats a eth0 "port 9002 or (ip and not ip6)"
  stays 1 true
  stop_capture heartbeats
  check "heartbeats go over IPv6" at_least "$(captured heartbeats ' IP6 .*[.]9002: UDP')" 50
  check "nothing goes over IPv4" at_most "$(captured heartbeats ' IP ')" 0
  check "all paths are alive: sync, LAN, WAN" says a '[.peers[].paths[] | select(.alive)] | length >= 3'
}

takeover() {
  let_locktime_pass
  start_capture notices lan eth0 "icmp6 and ip6[40] == 136" -v -e
  start_traffic
  power_off a
  check_within 10 "a without power: b takes over" has_role b primary
  check_within 10 "a without power: b has everything" holds b "$gateway_local"
  check_within 5 "a without power: traffic passes" traffic_is_back
  stop_traffic
  note "a without power: gap $(worst_of_flows longest_gap_ms) ms forwarded and answered"
  check "a without power: no duplicate detection was waited for" all_usable b
  check_within 5 "a without power: the route has moved" has_route b
  for address in "$lan_vip6" "$gateway_local"; do
    check_within 5 "the neighbours are told that b has $address (Override, Router)" announced b "$address"
  done
  stop_capture notices
  power_on a
  check_within 20 "a has power again: one primary" pair_ready
  check_within 5 "a has power again: everything is there" has_all "$(primary_of)"
  check_within 5 "a has power again: and the route" only_has_route "$(primary_of)"
}

planned() {
  local old new
  old=$(primary_of) new=$(other_than "$old")
  let_locktime_pass
  start_traffic
  ha "$old" failover >/dev/null
  check_within 10 "planned: $new has everything" has_all "$new"
  stop_traffic
  check "planned: none of $(traffic_says sent) packets was lost" at_most "$(traffic_says lost)" 0
  check_within 5 "planned: only $new has the route" only_has_route "$new"
}

start_run
make_bench a b
on lan ip -6 route replace default via "$gateway_local" dev eth0
start_server
check "the pair settles without IPv4" start_pair
check_within 10 "a has everything" has_all a
check "no duplicate detection was waited for" all_usable a
check_within 5 "only a has the route" only_has_route a
check_within 5 "traffic passes" traffic_is_back
for part in heartbeats takeover planned; do
  note "== $part"
  "$part"
done
stop_pair
for node in a b; do
  check "clean end: $node has no address of the pair left" not holds "$node" "$gateway_local"
  check "clean end: nor the route" not has_route "$node"
done
if ((failed)); then show_logs; fi
summary
