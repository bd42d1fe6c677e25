// The sentence that says why this node is what it is.
#include "tests/daemon/view_fixture.hpp"

namespace flywall::control {
namespace {

class Why : public Answers {
 protected:
  // fw2 is primary with priority 150, this node (50) is preferred.
  void follow() {
    snapshot_->state = heartbeat::State::backup;
    snapshot_->transition_to = heartbeat::State::backup;
    snapshot_->transition_reason = heartbeat::Reason::operator_request;
    snapshot_->holder = NodeId("fw2");
    peer().state = heartbeat::State::primary;
  }
  std::string why() const { return control::why(view()); }
};

constexpr const char* kFollows =
    "This node has been backup for 1 min: an operator asked for it. Now fw2 is primary "
    "(priority 150, here 50); ";

TEST_F(Why, APrimaryComparesItselfWithTheOthers) {
  EXPECT_EQ(why(),
            "This node has been primary for 1 min: the primary was silent for its detection "
            "time. It is preferred before fw2 (priority 150, here 50).");
  peer().rank.priority = 20;
  EXPECT_NE(why().find("fw2 (priority 20, here 50) is preferred and may take the role back."),
            std::string::npos)
      << why();
  peer().rank.priority = 50;
  EXPECT_NE(why().find("It ranks equal with fw2"), std::string::npos) << why();
  peer().alive = false;
  EXPECT_NE(why().find("No other node is heard."), std::string::npos) << why();
}

TEST_F(Why, AHandoverIsNamed) {
  snapshot_->state = heartbeat::State::handing_over;
  snapshot_->handing_over = true;
  snapshot_->successor = NodeId("fw2");
  EXPECT_NE(why().find("It is handing the role over to fw2."), std::string::npos) << why();
}

TEST_F(Why, APreferredBackupSaysWhatFailbackWaitsFor) {
  follow();
  snapshot_->failback.ready_at = now_ + 42s;
  EXPECT_EQ(why(), kFollows + std::string("this node is preferred and takes the role back in "
                                          "42 s."));
  snapshot_->failback.damped_until = now_ + 3min;
  EXPECT_EQ(why(), kFollows + std::string("this node is preferred, but took the role back lately: "
                                          "it waits another 3 min."));
  snapshot_->failback = {.enabled = false, .ready_at = {}, .damped_until = {}};
  EXPECT_EQ(why(), kFollows + std::string("this node is preferred, but failback was switched off: "
                                          "`flywall ha failback now` takes the role back."));
  config_.replication.ha.failback_mode = config::FailbackMode::manual;
  EXPECT_EQ(why(), kFollows + std::string("this node is preferred, but failback is manual: "
                                          "`flywall ha failback now` takes the role back."));
  config_.replication.ha.failback_mode = config::FailbackMode::disabled;
  EXPECT_EQ(why(), kFollows + std::string("this node is preferred, but failback is disabled."));
}

TEST_F(Why, AFaultNamesTheMonitorAndTheClasses) {
  follow();
  snapshot_->state = heartbeat::State::fault;
  snapshot_->transition_reason = heartbeat::Reason::own_fault;
  snapshot_->fault = snapshot_->rank.fault = heartbeat::FaultClass::faulty;
  snapshot_->monitor_count = 1;
  snapshot_->monitors[0].name = InlineText<63>::cut("eth1");
  snapshot_->monitors[0].state = processes::MonitorStatus::State::down;
  EXPECT_NE(why().find("Now fw2 is primary (fault class none, here faulty); link eth1 down here, "
                       "fault class faulty."),
            std::string::npos)
      << why();
}

TEST_F(Why, APenaltyIsNamed) {
  follow();
  snapshot_->penalty = 120;
  snapshot_->rank.priority = 170;
  snapshot_->monitor_count = 1;
  snapshot_->monitors[0].kind = processes::MonitorStatus::Kind::gateway;
  snapshot_->monitors[0].name = InlineText<63>::cut("10.0.0.1");
  snapshot_->monitors[0].state = processes::MonitorStatus::State::down;
  EXPECT_NE(why().find("(priority 150, here 170); gateway 10.0.0.1 down here, which adds 120 to "
                       "the priority."),
            std::string::npos)
      << why();
}

TEST_F(Why, ATieIsExplained) {
  follow();
  peer().rank.priority = 50;
  EXPECT_NE(why().find("at equal rank the one that has the role keeps it"), std::string::npos)
      << why();
}

TEST_F(Why, WithoutAPrimaryItSaysSo) {
  follow();
  snapshot_->holder_known = false;
  EXPECT_NE(why().find("Now nobody is primary; this node takes over when it may."),
            std::string::npos)
      << why();
}

}  // namespace
}  // namespace flywall::control
