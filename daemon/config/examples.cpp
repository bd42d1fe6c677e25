#include "daemon/config/examples.hpp"

#include <array>
#include <utility>

namespace flywall::config {

namespace {

using Example = std::pair<std::string_view, std::string_view>;

constexpr std::array kExamples{
    Example{"replication.peer", R"(peer "router-b" {
  addresses = ["192.168.100.2", "10.0.0.3"]
})"},
    Example{"replication.ha", R"(ha {
  enabled            = true
  priority           = 50
  heartbeat_interval = "10ms"
  monitor_links      = ["eth0", "eth1"]
  monitor_gateways   = ["192.0.2.1"]
})"},
    Example{"replication.ha.virtual_ip", R"(virtual_ip {
  address   = "10.0.0.100/24"
  interface = "eth1"
}
virtual_ip {
  address   = "2001:db8::100/64"
  interface = "eth1"
})"},
    Example{"replication.ha.virtual_route", R"(virtual_route {
  to     = "default"
  via    = "192.0.2.1"
  source = "192.0.2.10"
})"},
    Example{"replication.ha.virtual_mac", R"(virtual_mac {
  interface = "eth1"
  address   = "02:00:00:00:00:01"
})"},
    Example{"replication.ha.monitor_link", R"(monitor_link "eth2" {
  weight = 20
})"},
    Example{"replication.ha.monitor_gateway", R"(monitor_gateway "192.0.2.1" {
  interval = "200ms"
  fall     = 5
})"},
    Example{"replication.ha.monitor_script", R"(monitor_script "dns" {
  command  = ["/usr/bin/dig", "+time=1", "@127.0.0.1", "example.org"]
  interval = "5s"
  timeout  = "2s"
  weight   = 50
})"},
    Example{"replication.ha.monitor_service", R"(monitor_service "kea-dhcp4-server.service" {
  weight = 50
})"},
    Example{"replication.ha.conntrack_sync", R"(conntrack_sync {
  enabled   = true
  interface = "eth0"
  ignore    = ["127.0.0.0/8", "192.168.100.0/24"]
})"},
    Example{"replication.ha.lease", R"(lease {
  ttl = "3s"
})"},
    Example{"replication.ha.witness", R"(witness "rack-redis" {
  type = "redis"
  url  = "redis://10.0.0.9:6379"
})"},
    Example{"replication.cluster", R"(cluster "edge" {
  vote_key_file = "/etc/flywall/edge.vote"
})"},
    Example{"replication.ha.fencing", R"(fencing {
  script = "/etc/flywall/power-off-peer"
})"},
    Example{"replication.ha.fence", R"(fence { forwarding = true })"},
    Example{"replication.ha.service", R"(service "vpn" {
  unit = "openvpn@office.service"
})"},
    Example{"replication.ha.job", R"(job "report" {
  command = ["/usr/local/bin/report", "--daily"]
  cron    = "30 2 * * *"
})"},
    Example{"replication.ha.notify", R"(notify "chat" {
  url    = "https://chat.example.org/hook"
  events = ["became_primary", "split_brain"]
})"},
    Example{"replication.dataset", R"(dataset "leases" {
  type  = "dhcp_dnsmasq"
  paths = ["/var/lib/misc/dnsmasq.leases"]
})"},
    Example{"replication.retention", R"(retention { generations = 100 })"},
    Example{"api", R"(api {
  listen     = "127.0.0.1:8080"
  token_file = "/etc/flywall/token"
})"},
    Example{"log", R"(log { level = "debug" })"},
};

}  // namespace

std::string_view example_of(std::string_view path) {
  for (const auto& [name, text] : kExamples)
    if (name == path) return text;
  return {};
}

}  // namespace flywall::config
