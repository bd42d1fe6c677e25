// The rows of what is watched and of what moves with the role. Included by schema.cpp only.
#pragma once

#include "daemon/config/schema_words.hpp"

namespace flywall::config {

inline constexpr std::string_view kWeight =
    "what its failure adds to the priority; 0: the node is in fault instead";
inline constexpr std::string_view kRise = "good results in a row until it is up again";
inline constexpr std::string_view kFall = "bad results in a row until it is down";

using OfVirtualIp = OfHaList<&Ha::virtual_ips>;
inline constexpr std::array kVirtualIp{
    Setting{"address",
            {Kind::prefix},
            "required",
            "the address and the length of its network",
            kAt<OfVirtualIp, &VirtualIp::address>},
    Setting{"interface", kInterface, "required", "where it is set; the interface may appear later",
            kAt<OfVirtualIp, &VirtualIp::interface>},
    Setting{"label", text(0, 15), "–", "the label that `ip address` shows; IPv4 only",
            kAt<OfVirtualIp, &VirtualIp::label>},
    Setting{"arp_ping", kFlag, "false",
            "ask whether somebody else holds the address before taking it",
            kAt<OfVirtualIp, &VirtualIp::arp_ping>},
    Setting{"gratuitous_arp", kFlag, "true", "tell the neighbours after taking it",
            kAt<OfVirtualIp, &VirtualIp::gratuitous_arp>},
};

using OfRoute = OfHaList<&Ha::virtual_routes>;
inline constexpr std::array kVirtualRoute{
    Setting{"to",
            {Kind::network},
            "required",
            "the network; \"default\" is 0.0.0.0/0",
            kAt<OfRoute, &VirtualRoute::to>},
    Setting{"via",
            {Kind::address},
            "–",
            "the gateway; `via` or `interface` must be given",
            kAt<OfRoute, &VirtualRoute::via>},
    Setting{"interface", kInterface, "–", "where it leads", kAt<OfRoute, &VirtualRoute::interface>},
    Setting{"source",
            {Kind::address},
            "–",
            "preferred source address",
            kAt<OfRoute, &VirtualRoute::source>},
    Setting{"metric", whole(0, 0xFFFF'FFFF), "–", "its metric",
            kAt<OfRoute, &VirtualRoute::metric>},
    Setting{"table", whole(1, 0xFFFF'FFFF), "254", "routing table; 254 is the main one",
            kAt<OfRoute, &VirtualRoute::table>},
};

using OfMac = OfHaList<&Ha::virtual_macs>;
inline constexpr std::array kVirtualMac{
    Setting{"interface", kInterface, "required", "whose virtual addresses answer with it",
            kAt<OfMac, &VirtualMac::interface>},
    Setting{"address",
            {Kind::mac},
            "made from `cluster_id`",
            "the hardware address, the same on all nodes",
            kAt<OfMac, &VirtualMac::address>},
};

using OfLink = OfHaList<&Ha::monitor_link_blocks>;
inline constexpr std::array kMonitorLink{
    Setting{"weight", whole(0, 254), "0", kWeight, kAt<OfLink, &MonitorLink::weight>},
    Setting{"rise", whole(1, 100), "1", kRise, kAt<OfLink, &MonitorLink::rise>},
    Setting{"fall", whole(1, 100), "1", kFall, kAt<OfLink, &MonitorLink::fall>},
    Setting{"interval", lasting(10ms, 1h), "\"100ms\"",
            "how often a state that lasts counts again; changes count at once",
            kAt<OfLink, &MonitorLink::interval>},
};

using OfGateway = OfHaList<&Ha::monitor_gateway_blocks>;
inline constexpr std::array kMonitorGateway{
    Setting{"interface", kInterface, "–", "where it is asked; required for a link-local address",
            kAt<OfGateway, &MonitorGateway::interface>},
    Setting{"weight", whole(0, 254), "0", kWeight, kAt<OfGateway, &MonitorGateway::weight>},
    Setting{"rise", whole(1, 100), "2", kRise, kAt<OfGateway, &MonitorGateway::rise>},
    Setting{"fall", whole(1, 100), "3", kFall, kAt<OfGateway, &MonitorGateway::fall>},
    Setting{"interval", lasting(10ms, 1h), "\"1s\"", "pause between two questions",
            kAt<OfGateway, &MonitorGateway::interval>},
};

// An impossible label leaves no address; checks.cpp reports it.
inline constexpr Row kGatewayRow{[](Config& config, std::string_view label) {
                                   OfGateway::all(config).emplace_back().address =
                                       IpAddress::parse(label).value_or(IpAddress{});
                                 },
                                 [](const Config& config) { return OfGateway::all(config).size(); },
                                 [](const Config& config, std::size_t index) {
                                   return OfGateway::in(config, index).address.str();
                                 }};

using OfScript = OfHaList<&Ha::monitor_scripts>;
inline constexpr std::array kMonitorScript{
    Setting{"command", kCommand, "required", "exit code 0 is good",
            kAt<OfScript, &MonitorScript::command>},
    Setting{"interval", lasting(100ms, 1h), "\"5s\"", "pause between two starts",
            kAt<OfScript, &MonitorScript::interval>},
    Setting{"timeout", lasting(100ms, 1h), "\"5s\"", "one that runs longer is killed and bad",
            kAt<OfScript, &MonitorScript::timeout>},
    Setting{"weight", whole(0, 254), "0", kWeight, kAt<OfScript, &MonitorScript::weight>},
    Setting{"rise", whole(1, 100), "2", kRise, kAt<OfScript, &MonitorScript::rise>},
    Setting{"fall", whole(1, 100), "3", kFall, kAt<OfScript, &MonitorScript::fall>},
};

using OfMonitored = OfHaList<&Ha::monitor_services>;
inline constexpr std::array kMonitorService{
    Setting{"unit", text(1, 255), "the label", "a systemd unit that must be active",
            kAt<OfMonitored, &MonitorService::unit>},
    Setting{"connect",
            {Kind::host_port, 1},
            "–",
            "or a TCP port that must accept connections",
            kAt<OfMonitored, &MonitorService::connect>},
    Setting{"interval", lasting(100ms, 1h), "\"1s\"", "pause between two looks",
            kAt<OfMonitored, &MonitorService::interval>},
    Setting{"timeout", lasting(10ms, 1h), "\"1s\"", "no answer in this time is bad",
            kAt<OfMonitored, &MonitorService::timeout>},
    Setting{"weight", whole(0, 254), "0", kWeight, kAt<OfMonitored, &MonitorService::weight>},
    Setting{"rise", whole(1, 100), "2", kRise, kAt<OfMonitored, &MonitorService::rise>},
    Setting{"fall", whole(1, 100), "3", kFall, kAt<OfMonitored, &MonitorService::fall>},
};

}  // namespace flywall::config
