// From text to a Config: defaults, values, derived values, files.
#include <gtest/gtest.h>

#include "daemon/config/suggest.hpp"
#include "daemon/config/value.hpp"
#include "tests/config/support.hpp"

namespace flywall::config {
namespace {

Outcome read_text(std::string text) {
  return read("t.hcl", {std::move(text), false}, test_environment());
}

// Precondition: the text is good.
Config config_of(std::string text) {
  Outcome outcome = read_text(std::move(text));
  EXPECT_TRUE(outcome.config) << outcome.render_all();
  return outcome.config.value_or(Config{});
}

std::string pair(std::string replication, std::string ha = "") {
  return "replication {\n mode = \"primary\"\n secret_key = "
         "\"0123456789abcdefghijklmnopqrstuvwxyz\"\n" +
         replication + "\n ha {\n enabled = true\n" + ha +
         "\n virtual_ip {\n address = \"10.0.0.100/24\"\n interface = \"eth1\"\n }\n }\n}\n";
}

std::string shown(const std::vector<Peer>& peers) {
  std::string out;
  for (const Peer& peer : peers) {
    out += peer.name.str() + "[";
    for (std::size_t i = 0; i < peer.heartbeat.size(); ++i)
      out += (i ? " " : "") + peer.heartbeat[i].host + " " +
             std::to_string(*peer.heartbeat[i].port) + "/" +
             std::to_string(*peer.replication[i].port);
    out += "]";
  }
  return out;
}

TEST(Binding, gives_the_contracts_defaults) {
  const Config config = config_of(pair("peer_addr = \"10.9.0.2\""));
  const Replication& replication = config.replication;
  EXPECT_EQ(replication.node_id.view(), "host-a");
  EXPECT_EQ(replication.cluster_id, "flywall");
  EXPECT_EQ(replication.listen_addr, (HostPort{"", 9001}));
  EXPECT_TRUE(replication.compression && replication.encryption && !replication.insecure);
  EXPECT_EQ(replication.sync_interval, 100ms);
  EXPECT_EQ(replication.batch_size, 1000u);
  EXPECT_EQ(replication.ha.priority, 100);
  EXPECT_EQ(replication.ha.heartbeat_interval, 100ms);
  EXPECT_EQ(replication.ha.detection_time(), 300ms);
  EXPECT_EQ(replication.ha.heartbeat_port, 9002);
  EXPECT_EQ(replication.ha.failback_mode, FailbackMode::automatic);
  EXPECT_EQ(replication.ha.failback_delay, 60s);
  EXPECT_EQ(replication.ha.failback_window, 5min);
  EXPECT_EQ(replication.ha.virtual_ips.at(0).arp_ping, false);
  EXPECT_EQ(replication.ha.virtual_ips.at(0).gratuitous_arp, true);
  EXPECT_EQ(config.api.listen, (HostPort{"127.0.0.1", 8080}));
  EXPECT_EQ(config.api.socket, "/run/flywall/api.sock");
  EXPECT_EQ(config.log.level, LogLevel::info);
}

TEST(Binding, takes_every_setting) {
  const Config config = config_of(
      "replication {\n mode = \"replica\"\n node_id = \"b\"\n cluster_id = \"edge\"\n"
      "listen_addr = \"[fd00::1]:7001\"\n primary_addr = \"[fd00::2]:7001\"\n"
      "secret_key = \"0123456789abcdefghijklmnopqrstuvwxyz\"\n previous_secret_key = \"old\"\n"
      "compression = false\n encryption = false\n insecure = true\n sync_interval = 0.25\n"
      "batch_size = 5\n state_dir = \"/tmp/state\"\n"
      "ha {\n enabled = true\n priority = 255\n heartbeat_interval = 0.003\n"
      "failure_threshold = 4\n failure_timeout = \"1m30s\"\n heartbeat_port = 7002\n"
      "failback_mode = \"never\"\n failback_delay = 0\n failback_window = \"1h\"\n"
      "monitor_links = [\"eth0\", \"eth1.5\"]\n quorum = \"none\"\n"
      "virtual_ip {\n address = \"10.1.0.1\"\n interface = \"eth0\"\n label = \"eth0:v\"\n"
      "arp_ping = true\n gratuitous_arp = false\n }\n } }\n"
      "api {\n listen = \"\"\n socket = \"/tmp/s\"\n token_file = \"/key\"\n}\n"
      "log {\n level = \"debug\"\n format = \"json\"\n}\n");
  const Replication& replication = config.replication;
  EXPECT_EQ(replication.mode, Mode::replica);
  EXPECT_EQ(replication.node_id.view(), "b");
  EXPECT_EQ(replication.listen_addr, (HostPort{"fd00::1", 7001}));
  EXPECT_EQ(replication.previous_secret_key->reveal(), "old");
  EXPECT_EQ(replication.sync_interval, 250ms);
  EXPECT_EQ(replication.ha.heartbeat_interval, 3ms);
  EXPECT_EQ(replication.ha.detection_time(), 90s);
  EXPECT_EQ(replication.ha.failback_mode, FailbackMode::disabled);
  EXPECT_EQ(replication.ha.monitor_links, (std::vector<std::string>{"eth0", "eth1.5"}));
  EXPECT_EQ(replication.ha.virtual_ips.at(0).address.str(), "10.1.0.1/32");
  EXPECT_EQ(shown(peers(replication)), "[fd00::2 7002/7001]");
  EXPECT_FALSE(config.api.listen);
  EXPECT_EQ(config.api.token->reveal(), "0123456789abcdefghijklmnopqrstuvwxyz");
  EXPECT_EQ(config.log.format, LogFormat::json);
}

TEST(Binding, equal_texts_give_equal_configs_and_null_means_unset) {
  const std::string text = pair("peer_addr = \"10.9.0.2\"");
  EXPECT_EQ(config_of(text), config_of(text));
  EXPECT_EQ(config_of(pair("peer_addr = \"10.9.0.2\"", "priority = null")), config_of(text));
  EXPECT_NE(config_of(pair("peer_addr = \"10.9.0.2\"", "priority = 7")), config_of(text));
}

TEST(Binding, text_from_the_environment_may_be_a_number) {
  const Config config = config_of(pair("peer_addr = \"10.9.0.2\"\n node_id = \"n-${env.MODE}\"",
                                       "priority = \"${env.PRIORITY}\""));
  EXPECT_EQ(config.replication.ha.priority, 42);
  EXPECT_EQ(config.replication.node_id.view(), "n-replica");
  EXPECT_FALSE(read_text(pair("peer_addr = \"10.9.0.2\"", "priority = \"42\"")).config);
}

TEST(Peers, port_of_peer_addr_is_the_heartbeat_port_and_of_peer_addrs_the_replication_port) {
  const auto peers_of = [](std::string text, std::string ha = "") {
    return shown(peers(config_of(pair(std::move(text), std::move(ha))).replication));
  };
  EXPECT_EQ(peers_of("peer_addr = \"10.9.0.2:7777\""), "[10.9.0.2 7777/9001]");
  EXPECT_EQ(peers_of("listen_addr = \":6001\"\n peer_addr = \"10.9.0.2\"", "heartbeat_port = 6002"),
            "[10.9.0.2 6002/6001]");
  EXPECT_EQ(peers_of("peer_addrs = [\"10.9.0.2:7777\", \"h3\"]"),
            "[10.9.0.2 9002/7777][h3 9002/9001]");
}

TEST(Peers, one_host_is_one_peer_however_often_it_is_named) {
  const auto peers_of = [](std::string text) {
    return shown(peers(config_of(pair(std::move(text))).replication));
  };
  EXPECT_EQ(peers_of("primary_addr = \"10.9.0.2:8001\"\n peer_addr = \"10.9.0.2:8002\""),
            "[10.9.0.2 8002/8001]");
  EXPECT_EQ(peers_of("primary_addr = \"10.9.0.3:8001\"\n peer_addr = \"10.9.0.2:8002\""),
            "[10.9.0.2 8002/9001][10.9.0.3 9002/8001]");
  EXPECT_EQ(peers_of("peer_addr = \"[fd00::2]:8002\"\n peer_addrs = [\"[fd00:0::2]:8001\"]"),
            "[fd00::2 8002/8001]");
  EXPECT_EQ(peers_of("listen_addr = \"10.9.0.1:9001\"\n"
                     "peer_addrs = [\"10.9.0.1:9001\", \"10.9.0.2:9001\"]"),
            "[10.9.0.2 9002/9001]");
  EXPECT_EQ(
      peers_of("peer_addr = \"10.9.1.2:8002\"\n"
               "peer \"b\" {\n addresses = [\"10.9.0.2\", \"10.9.1.2\"]\n replication_port = 5\n}"),
      "b[10.9.0.2 8002/5 10.9.1.2 8002/5]");
}

TEST(Peers, the_guides_basic_pair_names_each_other) {
  const auto peers_of = [](const std::string& name) {
    const Outcome outcome =
        read(name, {file_text(kExamples + name + ".hcl"), false}, test_environment());
    return outcome.config ? shown(peers(outcome.config->replication)) : outcome.render_all();
  };
  EXPECT_EQ(peers_of("basic-primary"), "[192.168.100.2 9002/9001]");
  EXPECT_EQ(peers_of("basic-replica"), "[192.168.100.1 9002/9001]");
  EXPECT_EQ(peers_of("multi-node-2"), "[10.0.0.1 9002/9001][10.0.0.3 9002/9001]");
}

TEST(SecretFiles, are_read_trimmed_and_warned_about) {
  const auto with = [](const std::string& line) {
    return read_text("replication {\n mode = \"primary\"\n peer_addr = \"b\"\n" + line +
                     "\n ha {\n enabled = true\n virtual_ip {\n address = \"10.0.0.1/24\"\n"
                     " interface = \"e\"\n }\n }\n}\n");
  };
  const Outcome good = with("secret_key_file = \"/key\"");
  ASSERT_TRUE(good.config) << good.render_all();
  EXPECT_TRUE(good.diagnostics.empty()) << good.render_all();
  EXPECT_EQ(good.config->replication.secret_key.reveal(), "0123456789abcdefghijklmnopqrstuvwxyz");
  EXPECT_TRUE(with("secret_key_file = \"/open\"").render_all().find("chmod o-rwx") !=
              std::string::npos);
  EXPECT_FALSE(with("secret_key_file = \"/empty\"").config);
  EXPECT_FALSE(with("secret_key_file = \"/missing\"").config);
  EXPECT_TRUE(with("secret_key = \"${env.KEY}\"").config);
}

TEST(Durations, are_read_as_people_write_them) {
  EXPECT_EQ(parse_duration("10ms"), 10ms);
  EXPECT_EQ(parse_duration("1.5s"), 1500ms);
  EXPECT_EQ(parse_duration("1h30m"), 90min);
  EXPECT_EQ(parse_duration("5min"), 5min);
  EXPECT_EQ(parse_duration("2d"), 48h);
  for (const char* wrong :
       {"", "5", "ms", "5 s", "-5s", "5x", "1e3s", "nans", "infs", "5s ", "99999999999d"})
    EXPECT_FALSE(parse_duration(wrong)) << wrong;
  EXPECT_EQ(duration_text(90s), "90s");
  EXPECT_EQ(duration_text(2min), "2m");
}

TEST(Suggestions, come_from_names_that_are_near_enough) {
  constexpr std::string_view kNames[] = {"priority", "heartbeat_port", "enabled"};
  EXPECT_EQ(nearest("priorty", kNames), "priority");
  EXPECT_EQ(nearest("HEARTBEAT-PROT", kNames), "heartbeat_port");
  EXPECT_EQ(nearest("mode", kNames), std::nullopt);
  EXPECT_EQ(distance("ab", "ba"), 1u);
  EXPECT_EQ(nearest(std::string(1000, 'x'), kNames), std::nullopt);
}

}  // namespace
}  // namespace flywall::config
