# shellcheck shell=bash
# Routers, hosts and the switch between them (the drawing is in lib.sh).

routers=()  # a b ...
hosts=()    # lan wan ...
lan_vip=10.0.0.100
wan_vip=203.0.113.100
with_ipv4=1 # 0: the pair has no IPv4 addresses, neither virtual nor own
with_ipv6=0 # 1, set before make_bench: every cable carries IPv6 too, and the pair has these as well
lan_vip6=fd00:10::100
wan_vip6=2001:db8:203::100

router_number() { printf '%d' "$(($(printf '%d' "'$1") - 96))"; } # a -> 1
address_in() {                                                    # lan|wan|sync NODE
  local host
  case $2 in lan | wan) host=9 ;; lan2 | wan2) host=10 ;; *) host=$(router_number "$2") ;; esac
  case $1 in
    lan) echo "10.0.0.$host" ;;
    wan) echo "203.0.113.$host" ;;
    sync) echo "192.168.100.$host" ;;
  esac
}
address6_in() { # lan|wan|sync NODE: the same host number
  local address
  address=$(address_in "$1" "$2")
  case $1 in
    lan) echo "fd00:10::${address##*.}" ;;
    wan) echo "2001:db8:203::${address##*.}" ;;
    sync) echo "fd00:192::${address##*.}" ;;
  esac
}
interface_in() { case $1 in sync) echo eth0 ;; lan) echo eth1 ;; wan) echo eth2 ;; esac; }
mac_in() { # lan|wan|sync NODE
  local net
  case $1 in sync) net=0 ;; lan) net=1 ;; wan) net=2 ;; esac
  printf '02:00:00:00:%02x:%02x' "$net" "${port_number[$2]}"
}

declare -A port_number=()

# A port's index must differ from that of its other end: with equal numbers Linux takes the pair for
# an ordinary interface and reports a lost carrier up to a second late.
cable() { # NETWORK NODE INTERFACE
  local net=$1 node=$2 interface=$3 number index
  number=${port_number[$node]}
  case $net in sync) index=1000 ;; lan) index=2000 ;; wan) index=3000 ;; esac
  on switch ip link add "$node-$net" index $((index + number)) type veth \
    peer name "$interface" address "$(mac_in "$net" "$node")" netns "${holder_of[$node]}"
  on switch ip link set "$node-$net" master "br-$net" group "$number" up
  if ((with_ipv4)); then on "$node" ip addr add "$(address_in "$net" "$node")/24" dev "$interface"; fi
  on "$node" ip link set "$interface" up
  if ((with_ipv6)); then on "$node" ip addr add "$(address6_in "$net" "$node")/64" dev "$interface" nodad; fi
}

# make_bench ROUTER...: switch, hosts "lan" and "wan", routers.
make_bench() {
  local net node
  routers=("$@")
  hosts=(lan wan)
  local number=1
  for node in "$@"; do port_number[$node]=$((number++)); done
  number=100
  for node in "${hosts[@]}"; do port_number[$node]=$((number++)); done
  for node in switch "${hosts[@]}" "$@"; do make_node "$node"; done
  for net in sync lan wan; do
    on switch ip link add "br-$net" type bridge stp_state 0 forward_delay 0 mcast_snooping 0
    on switch ip link set "br-$net" up
  done
  on switch nft -f - <<<"$switch_rules"
  for node in "$@"; do
    on "$node" sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 \
      net.ipv4.conf.default.rp_filter=0 net.ipv4.conf.all.arp_ignore=1 \
      net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.all.forwarding="$with_ipv6"
    cable sync "$node" eth0
    cable lan "$node" eth1
    cable wan "$node" eth2
  done
  make_host lan lan "$lan_vip" "$lan_vip6"
  make_host wan wan "$wan_vip" "$wan_vip6"
}

# make_host NODE NETWORK GATEWAY [IPV6-GATEWAY]; its users may send echo requests without a raw socket.
make_host() {
  on "$1" sysctl -qw net.ipv6.conf.default.accept_dad=0 net.ipv4.ping_group_range="0 2147483647"
  cable "$2" "$1" eth0
  if ((with_ipv4)); then on "$1" ip route add default via "$3"; fi
  if ((with_ipv6)) && [[ -n ${4:-} ]]; then on "$1" ip -6 route add default via "$4" dev eth0; fi
}

# settled_neighbours: Linux refuses to change an ARP entry within a second of its last change
# (locktime). Between two failovers this second must pass; there is nothing else to wait for.
let_locktime_pass() { sleep 1.2; }
