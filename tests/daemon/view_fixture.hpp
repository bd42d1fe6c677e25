// fw1 is primary since a minute and hears fw2: what the tests of answers start from.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "daemon/control/answers.hpp"

namespace flywall::control {

class Answers : public testing::Test {
 protected:
  Answers() {
    config_.replication.node_id = NodeId("fw1");
    config_.replication.ha.enabled = true;
    config_.replication.ha.priority = 50;
    config_.replication.mode = config::Mode::primary;
    config_.replication.peer_addr = HostPort{"192.168.100.2", 9002};
    for (const char* address : {"10.0.0.100/24", "10.0.0.101/24"})
      config_.replication.ha.virtual_ips.push_back(
          {.address = *Prefix::parse(address), .interface = "eth1"});
    snapshot_->updated = now_ - 100ms;
    snapshot_->started = now_ - 90s;
    snapshot_->node = NodeId("fw1");
    snapshot_->state = heartbeat::State::primary;
    snapshot_->claim = {Epoch{7}, NodeId("fw1")};
    snapshot_->rank.priority = 50;
    snapshot_->holder_known = true;
    snapshot_->holder = NodeId("fw1");
    snapshot_->realtime = snapshot_->memory_locked = snapshot_->epochs_reserved = true;
    snapshot_->address_count = snapshot_->addresses_held = 2;
    snapshot_->held[0] = 3;
    snapshot_->transition_wall_ms = 1772366400250;
    snapshot_->transition_at = now_ - 60s;
    snapshot_->transition_from = heartbeat::State::taking_over;
    snapshot_->transition_to = heartbeat::State::primary;
    snapshot_->transition_reason = heartbeat::Reason::peer_silent;
    peer().used = peer().known = peer().alive = peer().hears_us = true;
    peer().node = NodeId("fw2");
    peer().state = heartbeat::State::backup;
    peer().rank.priority = 150;
    peer().last_heard = now_ - 20ms;
    peer().paths[0].used = peer().paths[0].alive = true;
    peer().paths[0].remote = {*IpAddress::parse("192.168.100.2"), 9002};
  }
  processes::PeerStatus& peer() { return snapshot_->peers[0]; }
  View view() const { return {config_, *snapshot_, now_, {}, 1772366460250}; }
  nlohmann::json status() const { return nlohmann::json::parse(status_answer(view()).body); }
  nlohmann::json cluster() const { return nlohmann::json::parse(cluster_answer(view()).body); }

  Time now_ = time_from_nanoseconds(1'000'000'000'000);
  config::Config config_;
  std::unique_ptr<processes::Snapshot> snapshot_ = std::make_unique<processes::Snapshot>();
};

}  // namespace flywall::control
