// What operators ask of the failover loop, and what comes before a planned handover.
#include <string>
#include <utility>

#include "daemon/failover/failover_loop.hpp"

namespace flywall::failover {

namespace {

namespace action = heartbeat::action;
namespace event = heartbeat::event;
namespace message = processes::message;
using processes::Happening;

const char* name_of(event::FailbackRequested::Wish wish) {
  switch (wish) {
    case event::FailbackRequested::Wish::on:
      return "failback on";
    case event::FailbackRequested::Wish::off:
      return "failback off";
    case event::FailbackRequested::Wish::now:
      return "failback now";
  }
  return "failback";
}

}  // namespace

// Audit: what was asked is written before anything follows from it.
std::uint64_t FailoverLoop::open_petition(std::uint64_t request, const InlineText<63>& by,
                                          std::string_view what, const NodeId& node) {
  auto report = entry(Happening::command);
  report.peer = node;
  report.detail = InlineText<120>::cut(std::string(what) + " asked by " + by.str());
  write(report);
  return petitions_.open({.request = request, .by = by, .what = InlineText<80>::cut(what)});
}

void FailoverLoop::answer_petition(std::uint64_t number, bool accepted, heartbeat::Reason reason,
                                   std::string_view detail) {
  const auto petition = petitions_.close(number);
  if (!petition) return;
  changed_ = true;  // who asked looks at the status next
  if (!accepted) {
    auto report = entry(Happening::command);
    report.reason = reason;
    report.detail =
        InlineText<120>::cut(petition->what.str() + " refused, asked by " + petition->by.str());
    write(report);
  }
  if (petition->request == 0) return;
  post(message::CommandAnswer{petition->request, accepted, reason, InlineText<250>::cut(detail)});
}

void FailoverLoop::carry_out(const action::Answer& answer) {
  answer_petition(answer.request, answer.accepted, answer.reason, {});
}

void FailoverLoop::obey(const message::FailoverRequest& asked) {
  const std::string to = asked.to.empty() ? "" : " to " + asked.to.str();
  const auto number = open_petition(asked.request, asked.by, "failover" + to, asked.to);
  advance(event::FailoverRequested{number, asked.to});
}

void FailoverLoop::obey(const message::PromoteRequest& asked) {
  const auto number =
      open_petition(asked.request, asked.by, asked.force ? "promote by force" : "promote");
  if (const auto refusal = fencing_refusal(asked))
    return answer_petition(number, false, heartbeat::Reason::none, *refusal);
  promotion_ = asked;
  advance(event::PromoteRequested{number, asked.force});
}

void FailoverLoop::obey(const message::FailbackRequest& asked) {
  advance(event::FailbackRequested{open_petition(asked.request, asked.by, name_of(asked.wish)),
                                   asked.wish});
}

void FailoverLoop::obey(const message::ResetRequest& asked) {
  advance(event::ResetRequested{open_petition(asked.request, asked.by, "reset")});
}

// The answer is an event of a later step: actions are being carried out now.
void FailoverLoop::carry_out(const action::Prepare& prepare) {
  ++preparation_;
  if (!services_) {
    prepared_ = !setting_.policy.prepare_required;
    return;
  }
  preparing_ = true;
  post(message::Prepare{.number = preparation_,
                        .to = peers_.node(prepare.to),
                        .reason = prepare.reason,
                        .epoch = election_.claim().epoch});
}

void FailoverLoop::obey(const message::Prepared& prepared) {
  if (!preparing_ || prepared.number != preparation_) return;
  preparing_ = false;
  advance(event::Prepared{prepared.accepted});
}

void FailoverLoop::tell_role(const action::Transition& transition) {
  message::RoleChanged changed{.from = transition.from,
                               .to = transition.to,
                               .reason = transition.reason,
                               .epoch = transition.claim.epoch};
  if (transition.peer) changed.peer = peers_.node(*transition.peer);
  post(changed);
}

void FailoverLoop::post(const processes::ToServices& message) {
  outbox_.post(message);
  if (services_) outbox_.flush(*services_);
}

void FailoverLoop::lose_services() {
  services_.reset();
  petitions_.lose_askers();
  outbox_.forget_conversation();
  if (awaited_) obey(message::Fenced{.epoch = *awaited_});
  if (std::exchange(preparing_, false)) advance(event::Prepared{!setting_.policy.prepare_required});
}

}  // namespace flywall::failover
