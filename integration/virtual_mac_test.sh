#!/usr/bin/env bash
# virtual_mac: the virtual addresses answer with one hardware address, wherever the role is. A client
# behind a real bridge keeps its ARP and ND entries through planned failover and failback, power loss
# and kill -9 of both processes; the bridge learns the port; nothing is left after a clean end.
set -euo pipefail
# shellcheck source=integration/lib.sh
. "$(dirname "$0")/lib.sh"

heartbeat_interval=10ms failure_threshold=10
with_ipv6=1
virtual_mac=02:00:5e:00:01:33
extra_ha="    monitor_links = [\"eth1\", \"eth2\"]
    virtual_mac {
      interface = \"eth1\"
      address   = \"$virtual_mac\"
    }
    virtual_mac {
      interface = \"eth2\"
    }"

# The virtual links of NODE: one per line, and those that are up.
links_of() { on "$1" ip -o link show type macvlan; }
links_up() { links_of "$1" | grep -c ',UP' || true; }
has_links() { [[ $(links_of "$1" | wc -l) -eq $2 && $(links_up "$1") -eq $3 ]]; } # NODE ALL UP
without_links() { [[ -z $(links_of "$1") ]]; }
standby_is_down() { has_links "$(other_than "$(primary_of)")" 2 0; }

setting() { on "$1" cat "/proc/sys/net/ipv4/conf/eth1/$2"; } # NODE NAME
setting_is() { [[ $(setting "$1" "$2") == "$3" ]]; }

# Where the client on the LAN believes an address to be.
known() { on lan ip neigh show "$1" dev eth0 | sed -n 's/.*lladdr \([^ ]*\).*/\1/p'; }
client_knows() { [[ $(known "$lan_vip") == "$1" && $(known "$lan_vip6") == "$1" ]]; }
# Every change of the client's neighbour table for the addresses, as the kernel tells it.
start_neighbour_watch() {
  rm -f "$bench/neighbours"
  spawn lan "$bench/neighbours" ip -o monitor neigh dev eth0
  watch_of_neighbours=$spawned
}
other_macs() { # heard meanwhile for the virtual addresses
  sed -n "s/^\(Deleted \)\{0,1\}\($lan_vip\|$lan_vip6\) .*lladdr \([^ ]*\).*/\3/p" "$bench/neighbours" |
    grep -cv "^$virtual_mac\$" || true
}
stop_neighbour_watch() {
  kill -TERM "$watch_of_neighbours" 2>/dev/null || true
  await 5 ended "$watch_of_neighbours"
}
# The switch sends frames for it to that router.
port_is() { on switch bridge fdb show br br-lan | grep -q "^$virtual_mac dev $1-lan "; }

settled_at() { is_primary "$1" && has_role "$(other_than "$1")" backup && standby_is_down; }

# change TEXT TO COMMAND...: the role moves under traffic; the client must not notice.
change() {
  local text=$1 to=$2
  shift 2
  let_locktime_pass
  start_neighbour_watch
  start_traffic
  "$@" >/dev/null
  check_within 20 "$text: $to has the addresses" has_role "$to" primary
  check_within 5 "$text: the switch knows where" port_is "$to"
  check_within 5 "$text: traffic passes" traffic_is_back
  stop_traffic
  check "$text: the client knows the same hardware address" client_knows "$virtual_mac"
  stop_neighbour_watch
  check "$text: and has never heard of another" at_most "$(other_macs)" 0
}

report_flows() {
  local flow
  for flow in "${!flow_pid[@]}"; do
    [[ $(flow_says "$flow" lost) == 0 ]] || note "$flow: $(tail -n 1 "$bench/flow.$flow")"
  done
}

planned() { # TEXT TO COMMAND...
  change "$@"
  report_flows
  check "$1: none of $(traffic_says sent) packets was lost" at_most "$(traffic_says lost)" 0
  check_within 10 "$1: the other one's links are down" settled_at "$2"
}

# Nobody but the primary says anything by the address.
only_one_speaks() {
  local standby
  standby=$(other_than "$(primary_of)")
  start_capture frames "$standby" eth1 "ether src $virtual_mac" -Q out -e
  on lan ip neigh flush dev eth0
  check_within 5 "the client asks again and is answered" traffic_is_back
  check_within 5 "with the virtual hardware address" client_knows "$virtual_mac"
  stop_capture frames
  check "the standby has said nothing by it" at_most "$(captured frames "$virtual_mac")" 0
}

own_addresses() {
  local node
  for node in a b; do
    on lan ping -n -q -c 1 -W 5 "$(address_in lan "$node")" >/dev/null || true
    check "$node's own address keeps its own hardware address" \
      test "$(known "$(address_in lan "$node")")" = "$(mac_in lan "$node")"
  done
}

power_loss() {
  change "power loss of a" b power_off a
  note "power loss: gap $(worst_of_flows longest_gap_ms) ms"
  power_on a
  check_within 20 "a has power again: one has the role, the other's links are down" \
    eval 'settled_at a || settled_at b'
  if is_primary a; then # its tenure is the older one (E8)
    planned "a had kept the role: to b, as planned" b ha a failover
  fi
}

both_killed() {
  local pid
  pid=$(services_pid b)
  kill -STOP "$pid" # else it may have swept before it is killed
  change "kill -9 of both processes of b" a kill -KILL "${daemon_pid[b]}" "$pid"
  check "what b left behind is still there" has_links b 2 2
  start_daemon b
  check_within 20 "b again: what it left behind is swept" settled_at a
  check_within 5 "b again: nothing has moved" client_knows "$virtual_mac"
}

failover_process_killed() {
  change "kill -9 of a's failover process" b kill -KILL "${daemon_pid[a]}"
  check_within 10 "a's services process has removed the links" without_links a
  start_daemon a
  check_within 20 "a again" settled_at b
}

start_run
make_bench a b
# The strictest that a router's own settings can be, and the loosest: both have to be lived with.
for node in a b; do
  on "$node" sysctl -qw net.ipv4.conf.all.rp_filter=1 net.ipv4.conf.all.arp_ignore=0
done
start_server
check "the pair settles with virtual hardware addresses" start_pair
check_within 10 "a is primary, b's links are down" settled_at a
check "a has its two links up" has_links a 2 2
check_within 5 "traffic passes" traffic_is_back
check "the client knows the virtual hardware address" client_knows "$virtual_mac"
check "the other network's is made from the cluster's name" \
  test "$(links_of a | grep -o 'link/ether [^ ]*' | sort -u | wc -l)" = 2
only_one_speaks
own_addresses
planned "planned failover" b ha a failover
planned "planned failback" a ha a failback now
power_loss
both_killed
failover_process_killed
stop_pair
for node in a b; do
  check "clean end: $node has no virtual link left" without_links "$node"
  check "clean end: nor an address" not holds "$node" "$lan_vip"
  check "clean end: $node answers ARP as before" setting_is "$node" arp_ignore 0
  check "clean end: and asks as before" setting_is "$node" arp_announce 0
done
if ((failed)); then show_logs; fi
summary
