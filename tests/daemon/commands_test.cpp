// What a command's body asks for and what its outcome means, without a socket.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "daemon/control/commands.hpp"

namespace flywall::control {
namespace {

using nlohmann::json;

std::string code_of(const Answer& answer) {
  const json body = json::parse(answer.body);
  return std::to_string(answer.status) + " " +
         (body.contains("error") ? body["error"]["code"].get<std::string>() : body["done"].dump());
}

TEST(Commands, OutcomesCarryTheCodeThatTheCommandLineNeeds) {
  using heartbeat::Reason;
  const auto answered = [](bool accepted, Reason reason) {
    return code_of(command_answer({.request = 1, .accepted = accepted, .reason = reason}));
  };
  EXPECT_EQ(answered(true, Reason::operator_request), "202 false");
  EXPECT_EQ(answered(true, Reason::handed_over), "200 true");
  EXPECT_EQ(answered(true, Reason::promoted), "200 true");
  EXPECT_EQ(answered(true, Reason::none), "200 true");
  EXPECT_EQ(answered(false, Reason::not_primary), "409 WRONG_STATE");
  EXPECT_EQ(answered(false, Reason::handover_under_way), "409 WRONG_STATE");
  EXPECT_EQ(answered(false, Reason::failback_disabled), "409 WRONG_STATE");
  EXPECT_EQ(answered(false, Reason::no_better_peer), "409 REFUSED");
  EXPECT_EQ(answered(false, Reason::unfit_target), "409 REFUSED");
  EXPECT_EQ(answered(false, Reason::unknown_node), "404 UNKNOWN_NODE");
  EXPECT_EQ(answered(false, Reason::transfer_timeout), "504 TIMEOUT");
  EXPECT_EQ(answered(false, Reason::not_prepared), "500 FAILED");
}

TEST(Commands, ADetailOfTheFailoverProcessReachesTheOperator) {
  processes::message::CommandAnswer answer{.request = 1, .reason = heartbeat::Reason::not_prepared};
  answer.detail = InlineText<250>::cut("/etc/pre.sh ended with 3");
  const auto message =
      json::parse(command_answer(answer).body)["error"]["message"].get<std::string>();
  EXPECT_NE(message.find(": /etc/pre.sh ended with 3"), std::string::npos) << message;
  answer.accepted = true;
  EXPECT_EQ(json::parse(command_answer(answer).body)["detail"], "/etc/pre.sh ended with 3");
}

TEST(Commands, BodiesSayWhatIsAskedFor) {
  using namespace processes::message;
  using Wish = heartbeat::event::FailbackRequested::Wish;
  EXPECT_EQ(std::get<FailoverRequest>(*parse_command(Operation::failover, "")).to, NodeId());
  EXPECT_EQ(std::get<FailoverRequest>(*parse_command(Operation::failover, R"({"to":"fw2"})")).to,
            NodeId("fw2"));
  EXPECT_FALSE(std::get<PromoteRequest>(*parse_command(Operation::promote, "{}")).force);
  EXPECT_TRUE(
      std::get<PromoteRequest>(*parse_command(Operation::promote, R"({"force":true})")).force);
  const auto fencing = [](const char* body) {
    return std::get<PromoteRequest>(*parse_command(Operation::promote, body)).fencing;
  };
  EXPECT_EQ(fencing("{}"), PromoteRequest::Fencing::configured);
  EXPECT_EQ(fencing(R"({"fenced":true})"), PromoteRequest::Fencing::always);
  EXPECT_EQ(fencing(R"({"fenced":false})"), PromoteRequest::Fencing::never);
  const auto wish = [](const char* body) {
    return std::get<FailbackRequest>(*parse_command(Operation::failback, body)).wish;
  };
  EXPECT_EQ(wish(R"({"enabled": true})"), Wish::on);
  EXPECT_EQ(wish(R"({"enabled":false})"), Wish::off);
  EXPECT_EQ(wish(R"({"now":true})"), Wish::now);
  EXPECT_TRUE(std::holds_alternative<ResetRequest>(*parse_command(Operation::reset, "")));
}

TEST(Commands, WhatIsNotUnderstoodIsRefusedWithASentence) {
  const std::string deep = R"({"to":)" + std::string(9, '[') + std::string(9, ']') + "}";
  struct Case {
    Operation operation;
    std::string body;
    const char* says;
  };
  for (const Case& one : {Case{Operation::failover, "[", "not a JSON object"},
                          Case{Operation::failover, "[]", "not a JSON object"},
                          Case{Operation::failover, "null", "not a JSON object"},
                          Case{Operation::failover, "\xff", "not a JSON object"},
                          Case{Operation::failover, std::string(60000, '['), "nested too deeply"},
                          Case{Operation::failover, deep, "nested too deeply"},
                          Case{Operation::failover, R"({"too":"fw2"})", "unknown parameter"},
                          Case{Operation::failover, R"({"to":7})", "must be a node id"},
                          Case{Operation::failover, R"({"to":""})", "must be a node id"},
                          Case{Operation::promote, R"({"force":"yes"})", "must be true or false"},
                          Case{Operation::promote, R"({"froce":true})", "known are: force"},
                          Case{Operation::failback, "{}", "say either"},
                          Case{Operation::failback, R"({"enabled":true,"now":true})", "say either"},
                          Case{Operation::failback, R"({"now":false})", "say either"},
                          Case{Operation::reset, R"({"hard":true})", "takes none"}}) {
    const auto command = parse_command(one.operation, one.body);
    ASSERT_FALSE(command) << one.body;
    EXPECT_EQ(command.error().status, 400U);
    EXPECT_NE(command.error().body.find(one.says), std::string::npos) << command.error().body;
    EXPECT_TRUE(json::accept(command.error().body));
  }
}

}  // namespace
}  // namespace flywall::control
