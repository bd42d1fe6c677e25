# shellcheck shell=bash
# Sourced by the integration scripts, the benchmark and the demo. Makes this bench of namespaces:
#
#     LAN host "lan"                                                     WAN host "wan"
#     10.0.0.9                                                           203.0.113.9
#        | eth0                                                             | eth0
#        |                       +----------------------+                   |
#   ===br-lan====================|      "switch"        |================br-wan===
#        |           |           +----------------------+             |          |
#        |           | eth1 10.0.0.1                  eth2 203.0.113.1 |          |
#        |           +------------------- router "a" -----------------+          |
#        |                                    | eth0 192.168.100.1               |
#        |                                    # sync cable                       |
#        |                                    | eth0 192.168.100.2               |
#        +------------------------------- router "b" ----------------------------+
#     eth1 10.0.0.2                                                   eth2 203.0.113.2
#
#   Virtual: 10.0.0.100/24 on eth1 is the gateway of "lan", 203.0.113.100/24 on eth2 that of "wan".
#   A third router "c" (.3) and more hosts come the same way; from three routers on, the sync cable
#   is a switch too.
#
# Every cable runs through the namespace "switch" as a port NODE-lan, NODE-wan or NODE-sync, where it
# is pulled (carrier goes) or silenced (carrier stays). The sync cable of a pair has no switch in it:
# when it is pulled, both ends lose their carrier.
#
# Each node has its own network, host name, /run, /etc, /var/lib and /sys. Nothing has a name on the
# machine, so that several benches run side by side; all of it ends with the script, even when that
# is killed. Nothing here is downloaded, nothing leaves the namespaces.

integration_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source_dir=$(dirname "$integration_dir")
bin_dir=${FLYWALL_BIN:-$source_dir/build/release/bin}

# shellcheck source=integration/lib/report.sh
. "$integration_dir/lib/report.sh"
# shellcheck source=integration/lib/nodes.sh
. "$integration_dir/lib/nodes.sh"
# shellcheck source=integration/lib/topology.sh
. "$integration_dir/lib/topology.sh"
# shellcheck source=integration/lib/faults.sh
. "$integration_dir/lib/faults.sh"
# shellcheck source=integration/lib/flywall.sh
. "$integration_dir/lib/flywall.sh"
# shellcheck source=integration/lib/keepalived.sh
. "$integration_dir/lib/keepalived.sh"
# shellcheck source=integration/lib/probes.sh
. "$integration_dir/lib/probes.sh"
