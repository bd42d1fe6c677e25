// The words that settings with a choice know. Included by schema.cpp and its tables.
#pragma once

#include <array>

#include "daemon/config/schema_access.hpp"

namespace flywall::config {

inline constexpr std::array kModes{
    choice("primary", Mode::primary), choice("replica", Mode::replica),
    choice("standalone", Mode::standalone), choice("witness", Mode::witness)};
inline constexpr std::array kFailbackModes{
    choice("auto", FailbackMode::automatic), choice("manual", FailbackMode::manual),
    choice("disabled", FailbackMode::disabled), choice("never", FailbackMode::disabled)};
inline constexpr std::array kTakeovers{choice("auto", Takeover::automatic),
                                       choice("never", Takeover::never)};
inline constexpr std::array kQuorums{choice("none", Quorum::none),
                                     choice("majority", Quorum::majority)};
inline constexpr std::array kOnWitnessLoss{choice("step_down", OnWitnessLoss::step_down),
                                           choice("keep", OnWitnessLoss::keep)};
inline constexpr std::array kWitnessTypes{
    choice("node", WitnessType::node), choice("redis", WitnessType::redis),
    choice("consul", WitnessType::consul), choice("etcd", WitnessType::etcd),
    choice("file", WitnessType::file)};
inline constexpr std::array kOnStart{choice("fail", OnStart::fail),
                                     choice("backup", OnStart::backup)};
inline constexpr std::array kWhen{choice("primary", When::primary), choice("backup", When::backup),
                                  choice("always", When::always)};
inline constexpr std::array kRestarts{choice("always", Restart::always),
                                      choice("on_failure", Restart::on_failure),
                                      choice("never", Restart::never)};
inline constexpr std::array kWriteModes{choice("leader_only", WriteMode::leader_only),
                                        choice("allow_all", WriteMode::allow_all)};
inline constexpr std::array kDatasetTypes{choice("files", DatasetType::files),
                                          choice("dhcp_dnsmasq", DatasetType::dhcp_dnsmasq),
                                          choice("dhcp_kea", DatasetType::dhcp_kea),
                                          choice("dhcp_isc", DatasetType::dhcp_isc),
                                          choice("dns_hosts", DatasetType::dns_hosts),
                                          choice("dns_dnsmasq", DatasetType::dns_dnsmasq),
                                          choice("dns_unbound", DatasetType::dns_unbound),
                                          choice("dns_zone", DatasetType::dns_zone),
                                          choice("sqlite", DatasetType::sqlite),
                                          choice("learning", DatasetType::learning)};
inline constexpr std::array kDurabilities{
    choice("async", Durability::async),
    not_built("sync", Durability::sync, "nothing is replicated yet; write \"async\"")};
inline constexpr std::array kProtocols{Choice{"tcp"},    Choice{"udp"},  Choice{"icmp"},
                                       Choice{"icmpv6"}, Choice{"sctp"}, Choice{"dccp"},
                                       Choice{"gre"}};
inline constexpr std::array kEvents{
    Choice{"became_primary"}, Choice{"became_backup"}, Choice{"fault"},       Choice{"recovered"},
    Choice{"peer_lost"},      Choice{"peer_back"},     Choice{"split_brain"}, Choice{"drained"},
    Choice{"script_failed"},  Choice{"config_changed"}};
inline constexpr std::array kLogLevels{
    choice("debug", LogLevel::debug), choice("info", LogLevel::info),
    choice("warning", LogLevel::warning), choice("error", LogLevel::error)};
inline constexpr std::array kLogFormats{choice("text", LogFormat::text),
                                        choice("json", LogFormat::json)};

}  // namespace flywall::config
