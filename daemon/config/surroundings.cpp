#include "daemon/config/surroundings.hpp"

#include <set>

namespace flywall::config {

namespace {

class Surroundings {
 public:
  Surroundings(const Bound& bound, const Environment& environment, Problems& problems)
      : bound_(bound), environment_(environment), problems_(problems) {}

  void run() {
    const Ha& ha = bound_.config.replication.ha;
    for (const std::string& name : ha.monitor_links)
      interface("replication.ha.monitor_links", name);
    each("replication.ha.virtual_ip", ha.virtual_ips, &VirtualIp::interface);
    each("replication.ha.virtual_mac", ha.virtual_macs, &VirtualMac::interface);
    each("replication.ha.virtual_route", ha.virtual_routes, &VirtualRoute::interface);
    each("replication.ha.monitor_gateway", ha.monitor_gateway_blocks, &MonitorGateway::interface);
    for (std::size_t i = 0; i < ha.monitor_link_blocks.size(); ++i)
      interface(nth("replication.ha.monitor_link", i), ha.monitor_link_blocks[i].interface);
    interface("replication.ha.conntrack_sync.interface", ha.conntrack_sync.interface);
    script("replication.ha.pre_failover_script", ha.pre_failover_script);
    script("replication.ha.post_failover_script", ha.post_failover_script);
    script("replication.ha.fencing.script", ha.fencing.script);
    programs("replication.ha.monitor_script", ha.monitor_scripts);
    programs("replication.ha.service", ha.services);
    programs("replication.ha.job", ha.jobs);
    for (std::size_t i = 0; i < bound_.config.replication.datasets.size(); ++i) dataset(i);
    user("replication.ha.script_user", ha.script_user);
    address("replication.listen_addr", bound_.config.replication.listen_addr);
    if (const auto& listen = bound_.config.api.health_listen) address("api.health_listen", *listen);
  }

 private:
  static std::string nth(const std::string& path, std::size_t index) {
    return path + "[" + std::to_string(index) + "]";
  }
  void say(const std::string& path, std::string message) {
    if (const auto place = bound_.place(path)) problems_.warn(*place, std::move(message));
  }
  // One interface may stand in many blocks: it is said once.
  void interface(const std::string& path, const std::string& name) {
    if (name.empty() || !environment_.has_interface || environment_.has_interface(name)) return;
    if (said_.insert(name).second)
      say(path, "there is no interface \"" + name + "\" at the moment; it is used when it appears");
  }
  template <class Block>
  void each(const std::string& path, const std::vector<Block>& blocks, std::string Block::* name) {
    for (std::size_t i = 0; i < blocks.size(); ++i)
      interface(nth(path, i) + ".interface", blocks[i].*name);
  }
  void script(const std::string& path, const std::string& file) {
    if (file.empty() || !environment_.has_file || environment_.has_file(file)) return;
    say(path, "there is no file " + file + " at the moment; it is used when it appears");
  }
  template <class Block>
  void programs(const std::string& path, const std::vector<Block>& blocks) {
    for (std::size_t i = 0; i < blocks.size(); ++i)
      if (!blocks[i].command.empty()) script(nth(path, i) + ".command", blocks[i].command.front());
  }
  void dataset(std::size_t index) {
    const Dataset& dataset = bound_.config.replication.datasets[index];
    const std::string block = nth("replication.dataset", index);
    for (const auto& [name, command] :
         {std::pair(".validate", &dataset.validate), std::pair(".apply", &dataset.apply),
          std::pair(".activate", &dataset.activate)})
      if (!command->empty()) script(block + name, command->front());
  }
  void user(const std::string& path, const std::string& name) {
    if (name.empty() || !environment_.has_user || environment_.has_user(name)) return;
    say(path, "there is no user \"" + name + "\" on this machine: scripts would not run");
  }
  void address(const std::string& path, const HostPort& where) {
    const auto address = IpAddress::parse(where.host);
    if (!address || !environment_.has_address || environment_.has_address(*address)) return;
    say(path, "this machine has no address " + address->str() +
                  " at the moment; it is used when it appears");
  }

  const Bound& bound_;
  const Environment& environment_;
  Problems& problems_;
  std::set<std::string> said_;
};

}  // namespace

void check_surroundings(const Bound& bound, const Environment& environment, Problems& problems) {
  Surroundings(bound, environment, problems).run();
}

}  // namespace flywall::config
