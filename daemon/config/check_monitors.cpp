#include <algorithm>

#include "daemon/config/rules.hpp"

namespace flywall::config {

namespace {

void check_links(const Rules& rules) {
  const Ha& ha = rules.ha();
  const auto& names = ha.monitor_links;
  const Place place = rules.at("replication.ha.monitor_links");
  for (auto name = names.begin(); name != names.end(); ++name)
    if (std::find(names.begin(), name, *name) != name)
      rules.error(place, "\"" + *name + "\" stands twice among the monitored links");
  const auto& blocks = ha.monitor_link_blocks;
  check_labels(rules, "replication.ha.monitor_link", blocks.size(),
               [&](std::size_t i) { return blocks[i].interface; });
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const Place label = rules.indexed("replication.ha.monitor_link", i);
    if (blocks[i].interface.size() > 15)
      rules.error(label, "the label is the name of a network interface (1 to 15 bytes)");
    if (std::ranges::find(names, blocks[i].interface) != names.end())
      rules.error(label, "\"" + blocks[i].interface + "\" stands in \"monitor_links\" too, " +
                             rules.bound.where(place, label));
    const bool served = std::ranges::find(ha.virtual_ips, blocks[i].interface,
                                          &VirtualIp::interface) != ha.virtual_ips.end();
    if (served && blocks[i].weight > 0)
      rules.warn(rules.indexed("replication.ha.monitor_link", i, ".weight"),
                 "\"" + blocks[i].interface +
                     "\" carries virtual addresses: without it the node is in fault, whatever "
                     "its weight");
  }
}

void check_gateways(const Rules& rules) {
  const Ha& ha = rules.ha();
  const auto& list = ha.monitor_gateways;
  const Place place = rules.at("replication.ha.monitor_gateways");
  const auto unusable = [&](const IpAddress& address, Place where) {
    const auto same = [&](const VirtualIp& each) { return each.address.address == address; };
    if (address.is_loopback())
      rules.error(where, address.str() + " is this machine itself, which always answers");
    if (std::ranges::any_of(ha.virtual_ips, same))
      rules.error(where, address.str() + " is a virtual address: it answers where the primary is");
  };
  for (auto address = list.begin(); address != list.end(); ++address) {
    if (std::find(list.begin(), address, *address) != address)
      rules.error(place, address->str() + " stands twice among the monitored gateways");
    if (address->family == Family::ipv6 && address->is_link_local())
      rules.error(place, address->str() + " is link-local: use monitor_gateway \"" +
                             address->str() + "\" with its \"interface\"");
    unusable(*address, place);
  }
  const auto& blocks = ha.monitor_gateway_blocks;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const MonitorGateway& block = blocks[i];
    const Place label = rules.indexed("replication.ha.monitor_gateway", i);
    if (block.address.family == Family::none) {
      rules.error(label, "the label is the address of the gateway, as in \"10.0.0.1\"");
      continue;
    }
    if (block.address.is_link_local() && block.interface.empty() &&
        rules.complete("replication.ha.monitor_gateway", i))
      rules.error(label, block.address.str() + " is link-local: \"interface\" is missing");
    if (std::ranges::find(list, block.address) != list.end())
      rules.error(label, block.address.str() + " stands in \"monitor_gateways\" too, " +
                             rules.bound.where(place, label));
    for (std::size_t j = 0; j < i; ++j)
      if (blocks[j].address == block.address && blocks[j].interface == block.interface)
        rules.error(label, block.address.str() + " stands twice: the first is " +
                               rules.bound.where(rules.indexed("replication.ha.monitor_gateway", j),
                                                 label));
    unusable(block.address, label);
  }
}

template <class Monitor>
void check_timeouts(const Rules& rules, std::string_view path,
                    const std::vector<Monitor>& monitors) {
  for (std::size_t i = 0; i < monitors.size(); ++i)
    if (monitors[i].timeout > monitors[i].interval) {
      const std::string named = std::string(path) + "[" + std::to_string(i) + "]";
      rules.error(rules.at(named + (rules.has(named + ".timeout") ? ".timeout" : ".interval")),
                  "\"timeout\" must not be longer than \"interval\": a check would start before "
                  "the one before it has ended");
    }
}

void check_services(const Rules& rules) {
  const auto& services = rules.ha().monitor_services;
  for (std::size_t i = 0; i < services.size(); ++i)
    if (!services[i].unit.empty() && services[i].connect)
      rules.error(rules.indexed("replication.ha.monitor_service", i, ".connect"),
                  "give either \"unit\" or \"connect\", not both");
}

void check_scripts(const Rules& rules) {
  const Ha& ha = rules.ha();
  if (ha.pre_failover_required && ha.pre_failover_script.empty() &&
      rules.bound.complete("replication.ha"))
    rules.warn(rules.at("replication.ha.pre_failover_required"),
               "there is no \"pre_failover_script\" that could be required");
}

}  // namespace

void check_monitors(const Rules& rules) {
  const Ha& ha = rules.ha();
  check_links(rules);
  check_gateways(rules);
  check_labels(rules, "replication.ha.monitor_script", ha.monitor_scripts.size(),
               [&](std::size_t i) { return ha.monitor_scripts[i].name; });
  check_labels(rules, "replication.ha.monitor_service", ha.monitor_services.size(),
               [&](std::size_t i) { return ha.monitor_services[i].name; });
  check_timeouts(rules, "replication.ha.monitor_script", ha.monitor_scripts);
  check_timeouts(rules, "replication.ha.monitor_service", ha.monitor_services);
  check_services(rules);
  check_scripts(rules);
}

std::vector<MonitorLink> links(const Ha& ha) {
  std::vector<MonitorLink> result = ha.monitor_link_blocks;
  for (const std::string& name : ha.monitor_links) result.push_back({.interface = name});
  return result;
}

std::vector<MonitorGateway> gateways(const Ha& ha) {
  std::vector<MonitorGateway> result = ha.monitor_gateway_blocks;
  for (const IpAddress& address : ha.monitor_gateways)
    result.push_back({.address = address, .interface = {}});
  return result;
}

}  // namespace flywall::config
