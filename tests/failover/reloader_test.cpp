#include "daemon/failover/reloader.hpp"

#include <gtest/gtest.h>

namespace flywall::failover {
namespace {

using config::Config;

Config pair_of_nodes() {
  Config config;
  config.replication.node_id = NodeId("a");
  config.replication.secret_key = config::Secret("0123456789abcdef0123456789abcdef");
  config.replication.peer_addr = HostPort{"192.0.2.2", 9002};
  config.replication.mode = config::Mode::primary;
  config.replication.ha.enabled = true;
  config.replication.ha.virtual_ips = {
      {.address = *Prefix::parse("10.0.0.100/24"), .interface = "eth1", .label = {}}};
  return config;
}

// A file that somebody edits: `now` is what reading it gives.
struct Edited {
  Edited() : assignment{.config = now, .config_path = "f.hcl", .config_text = {}, .read = {}} {
    assignment.read = [this] { return outcome(); };
  }
  config::Outcome outcome() const {
    config::Outcome outcome;
    outcome.sources.emplace_back("f.hcl", "replication {}\n");
    if (broken)
      outcome.diagnostics.push_back({.severity = config::Severity::error,
                                     .place = {.at = {.source = 0, .line = 1, .column = 1}},
                                     .message = "this is wrong"});
    else
      outcome.config = now;
    return outcome;
  }
  Config now = pair_of_nodes();
  bool broken = false;
  Assignment assignment;
};

TEST(Reloader, AFileWithAnErrorSaysWhereAndChangesNothing) {
  Edited file;
  const Reloader reloader(file.assignment, settings_from(file.now));
  file.broken = true;
  const auto wanted = reloader.read();
  ASSERT_FALSE(wanted);
  EXPECT_EQ(wanted.error().message.find("f.hcl:1:1: error: this is wrong"), 0u)
      << wanted.error().message;
}

TEST(Reloader, OnlyWhatChangedGoesToTheAddressThread) {
  Edited file;
  Reloader reloader(file.assignment, settings_from(file.now));
  file.now.replication.ha.priority = 50;
  const auto reload = reloader.accept(*reloader.read(), 7);
  EXPECT_EQ(reload->petition, 7u);
  EXPECT_EQ(reload->changes, 1u);
  EXPECT_EQ(reload->outcome.view(), "1 of 1 changes applied");
  EXPECT_EQ(reload->loop.policy.priority, 50);
  EXPECT_FALSE(reload->addresses.addresses);
  EXPECT_FALSE(reload->addresses.routes);
  EXPECT_FALSE(reload->sealers);
  file.now.replication.ha.virtual_ips.push_back(
      {.address = *Prefix::parse("10.0.0.101/24"), .interface = "eth1", .label = {}});
  const auto second = reloader.accept(*reloader.read(), 0);
  ASSERT_TRUE(second->addresses.addresses);
  EXPECT_EQ(second->addresses.addresses->size(), 2u);
  EXPECT_EQ(second->loop.address_count, 2u);
}

TEST(Reloader, WhatNeedsARestartStaysAndIsNamedUntilThereWasOne) {
  Edited file;
  Reloader reloader(file.assignment, settings_from(file.now));
  file.now.replication.ha.heartbeat_port = 9100;
  file.now.replication.ha.priority = 60;
  for (const char* outcome :
       {"1 of 2 changes applied; a restart is needed for "
        "replication.ha.heartbeat_port because its sockets are opened at start",
        "0 of 1 changes applied; a restart is needed for "
        "replication.ha.heartbeat_port because its sockets are opened at "
        "start"}) {
    auto wanted = reloader.read();
    ASSERT_TRUE(wanted);
    EXPECT_EQ(wanted->config.replication.ha.heartbeat_port, 9002);
    const auto reload = reloader.accept(std::move(*wanted), 0);
    EXPECT_EQ(reload->outcome.view(), outcome);
    EXPECT_EQ(reload->remark.view(), "needs a restart: replication.ha.heartbeat_port");
  }
}

TEST(Reloader, TheSameLifeGoesOn) {
  Edited file;
  const Settings before = settings_from(file.now);
  Reloader reloader(file.assignment, before);
  file.now.replication.ha.heartbeat_interval = 20ms;
  const auto reload = reloader.accept(*reloader.read(), 0);
  EXPECT_EQ(reload->loop.instance, before.loop.instance);
  EXPECT_EQ(reload->loop.policy.seed, before.loop.policy.seed);
  EXPECT_EQ(reload->loop.policy.interval, 20ms);
}

TEST(Reloader, OtherSecretsMakeOtherKeys) {
  Edited file;
  Reloader reloader(file.assignment, settings_from(file.now));
  file.now.replication.previous_secret_key = config::Secret("another one, long enough for it");
  EXPECT_TRUE(reloader.accept(*reloader.read(), 0)->sealers);
}

TEST(Settings, AnOfferEndsBeforeTheQuietAddressesGoByThemselves) {
  Config config = pair_of_nodes();
  config.replication.ha.transfer_timeout = 10min;
  EXPECT_EQ(settings_from(config).loop.policy.transfer_timeout, 9s);
  config.replication.ha.transfer_timeout = 2s;
  EXPECT_EQ(settings_from(config).loop.policy.transfer_timeout, 2s);
}

TEST(Settings, OnlyAPreScriptIsWaitedForAndALittleLongerThanItMayRun) {
  Config config = pair_of_nodes();
  EXPECT_EQ(settings_from(config).loop.policy.prepare_limit, 0s);
  config.replication.ha.pre_failover_script = "/etc/flywall/pre";
  config.replication.ha.script_timeout = 4s;
  EXPECT_EQ(settings_from(config).loop.policy.prepare_limit, 5s);
}

TEST(Settings, RoutesGoToTheKernelAsTheyAreWritten) {
  Config config = pair_of_nodes();
  config.replication.ha.virtual_routes = {{.to = *Prefix::parse("10.9.0.0/16"),
                                           .via = IpAddress::parse("10.0.0.9"),
                                           .interface = "eth1",
                                           .source = {},
                                           .metric = 50}};
  const Settings settings = settings_from(config);
  ASSERT_EQ(settings.routes.size(), 1u);
  EXPECT_EQ(settings.routes[0].str(), "10.9.0.0/16 via 10.0.0.9 on eth1");
  EXPECT_EQ(settings.routes[0].metric, 50u);
  EXPECT_EQ(settings.routes[0].table, netlink::VirtualRoute::kMainTable);
}

}  // namespace
}  // namespace flywall::failover
