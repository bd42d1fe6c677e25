// The rows of ha { … } and its blocks. Included by schema.cpp only.
#pragma once

#include "daemon/config/schema_monitors.hpp"
#include "daemon/config/schema_tasks.hpp"

namespace flywall::config {

inline constexpr std::array kHa{
    Setting{"enabled", kFlag, "false", "negotiate the role and move the addresses",
            kAt<OfHa, &Ha::enabled>}
        .restarts("a node joins or leaves a cluster at its start"),
    Setting{"priority", whole(1, 255), "100", "rank: lower is preferred; ties by node id",
            kAt<OfHa, &Ha::priority>},
    Setting{"heartbeat_interval", lasting(1ms, 1min), "\"100ms\"", "pause between two heartbeats",
            kAt<OfHa, &Ha::heartbeat_interval>},
    Setting{"failure_threshold", whole(1, 1000), "3",
            "a peer is dead after so many heartbeats that did not come",
            kAt<OfHa, &Ha::failure_threshold>},
    Setting{"failure_timeout", lasting(2ms, 10min), "–",
            "a peer is dead after this silence; wins over interval × threshold",
            kAt<OfHa, &Ha::failure_timeout>},
    Setting{"heartbeat_port", kPort, "9002",
            "UDP port of the heartbeats; TCP connections to it are accepted and closed",
            kAt<OfHa, &Ha::heartbeat_port>}
        .restarts("its sockets are opened at start"),
    Setting{"failback_mode", one_of(kFailbackModes), "\"auto\"",
            "what a returning preferred node does: `auto` takes back, `manual` waits for the "
            "command, `disabled` and `never` do not",
            kAt<OfHa, &Ha::failback_mode>},
    Setting{"failback_delay", lasting(0s, 24h), "60", "how long it must have been well before",
            kAt<OfHa, &Ha::failback_delay>},
    Setting{"failback_window", lasting(0s, 24h), "\"5m\"", "at most one failback in this time",
            kAt<OfHa, &Ha::failback_window>},
    Setting{"takeover", one_of(kTakeovers), "\"auto\"",
            "`never`: takes over by command only, a remote site for instance",
            kAt<OfHa, &Ha::takeover>},
    Setting{"monitor_links",
            {Kind::interfaces},
            "–",
            "interfaces without which the node cannot be primary",
            kAt<OfHa, &Ha::monitor_links>},
    Setting{"monitor_gateways",
            {Kind::addresses},
            "–",
            "addresses that must answer ARP, neighbour discovery or ping",
            kAt<OfHa, &Ha::monitor_gateways>},
    Setting{"pre_failover_script", kPath, "–", "called before a change of role",
            kAt<OfHa, &Ha::pre_failover_script>},
    Setting{"post_failover_script", kPath, "–", "called after a change of role",
            kAt<OfHa, &Ha::post_failover_script>},
    Setting{"pre_failover_required", kFlag, "false",
            "a failing pre-script stops a planned failover, never an unplanned one",
            kAt<OfHa, &Ha::pre_failover_required>},
    Setting{"script_timeout", lasting(100ms, 10min), "\"10s\"", "how long a script may run",
            kAt<OfHa, &Ha::script_timeout>},
    Setting{"script_user",
            {Kind::name, 1, 32},
            "that of the daemon",
            "who runs the scripts",
            kAt<OfHa, &Ha::script_user>},
    Setting{"quorum", one_of(kQuorums), "none for two nodes without a witness, else majority",
            "whose consent a primary needs; a majority that nobody wrote means to hear one within "
            "the detection time, without a lease",
            kAt<OfHa, &Ha::quorum>}
        .restarts("voters must not change their rules one by one"),
    Setting{"write_mode", one_of(kWriteModes), "\"leader_only\"", "who answers changing requests",
            kAt<OfHa, &Ha::write_mode>}
        .accepted("nothing that a client could change is replicated"),
    Setting{"leader_urls",
            {Kind::node_urls},
            "learned",
            "where each node's API is",
            kAt<OfHa, &Ha::leader_urls>},
    Setting{"forward_writes", kFlag, "false", "pass changing requests to the leader",
            kAt<OfHa, &Ha::forward_writes>}
        .accepted("no request is passed on"),
    Setting{"drain_timeout", lasting(0s, 1h), "30", "how long a drain waits",
            kAt<OfHa, &Ha::drain_timeout>}
        .accepted("no node is drained"),
    Setting{"transfer_timeout", lasting(100ms, 10min), "10",
            "how long an offered role may stay untaken in a planned handover; more than 9 s count "
            "as 9 s, because the addresses are quiet meanwhile",
            kAt<OfHa, &Ha::transfer_timeout>},
    Setting{"shutdown_grace", lasting(0s, 10min), "5",
            "how long a stop waits for a handover; after it, or at a second signal, everything "
            "ends at once",
            kAt<OfHa, &Ha::shutdown_grace>},
    Setting{"max_lag", lasting(1ms, 1h), "\"10s\"", "older replica state is not ready",
            kAt<OfHa, &Ha::max_lag>}
        .accepted("nothing is replicated"),
    Setting{"stale_grace", lasting(0s, 24h), "\"30s\"", "how long reads answer from older state",
            kAt<OfHa, &Ha::stale_grace>}
        .accepted("nothing is replicated"),
};

inline constexpr std::array kHaSections{
    Section{"virtual_ip",
            "",
            Times::any,
            "an address that moves with the role",
            kVirtualIp,
            {},
            kUnlabelled<OfVirtualIp, &VirtualIp::address>},
    Section{"virtual_route",
            "",
            Times::any,
            "a route that moves with the role",
            kVirtualRoute,
            {},
            kUnlabelled<OfRoute, &VirtualRoute::to>},
    Section{"virtual_mac",
            "",
            Times::any,
            "a hardware address that moves with the role",
            kVirtualMac,
            {},
            kUnlabelled<OfMac, &VirtualMac::interface>}
        .refused("a virtual address would answer with the interface's own hardware address, and "
                 "whoever filters by the virtual one would drop it"),
    Section{"monitor_link",
            "interface",
            Times::any,
            "a watched interface with a weight",
            kMonitorLink,
            {},
            kLabelled<OfLink, &MonitorLink::interface>},
    Section{"monitor_gateway",
            "address",
            Times::any,
            "a watched gateway with a weight",
            kMonitorGateway,
            {},
            kGatewayRow},
    Section{"monitor_script",
            "name",
            Times::any,
            "a check of your own",
            kMonitorScript,
            {},
            kLabelled<OfScript, &MonitorScript::name>},
    Section{"monitor_service",
            "name",
            Times::any,
            "a service that must run",
            kMonitorService,
            {},
            kLabelled<OfMonitored, &MonitorService::name>},
    Section{"conntrack_sync", "", Times::once, "connection tables follow the primary",
            kConntrackSync}
        .accepted("connections are not followed in this version; those that pass through break "
                  "with a failover"),
    Section{"lease", "", Times::once, "how long a primary's right lasts", kLease}.refused(
        "a primary would hold its addresses without a lease"),
    Section{"witness",
            "name",
            Times::any,
            "a vote from outside the pair",
            kWitness,
            {},
            kLabelled<OfWitness, &Witness::name>}
        .refused("two primaries would be possible that it should exclude"),
    Section{"fencing", "", Times::once, "a hook that switches the other node off", kFencing}
        .accepted("the script is not called"),
    Section{"fence", "", Times::once, "the kernel's lease on the addresses", kFence}.accepted(
        "the kernel holds no lease"),
    Section{"service",
            "name",
            Times::any,
            "runs where the role is",
            kService,
            {},
            kLabelled<OfService, &Service::name>}
        .refused("it would not run where the role is"),
    Section{"job",
            "name",
            Times::any,
            "runs by the clock, on the primary only",
            kJob,
            {},
            kLabelled<OfJob, &Job::name>}
        .refused("it would not run"),
    Section{"notify",
            "name",
            Times::any,
            "tells a web address about events",
            kNotify,
            {},
            kLabelled<OfNotify, &Notify::name>}
        .accepted("nobody is told"),
};

}  // namespace flywall::config
