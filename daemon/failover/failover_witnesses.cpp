// How the failover loop speaks with witnesses: with witness nodes itself, with lock providers
// through the services process.
#include "daemon/failover/failover_loop.hpp"

namespace flywall::failover {

namespace action = heartbeat::action;
namespace message = processes::message;
using processes::Happening;

void FailoverLoop::carry_out(const action::AskWitness& ask) {
  if (witnesses_.knows(ask.witness)) return witnesses_.ask(parts_.transport, now_, ask);
  post(message::AskWitness{ask.witness, configuration_, ask.claim, ask.lease, now_});
}

void FailoverLoop::carry_out(const action::ReleaseWitness& release) {
  if (witnesses_.knows(release.witness)) return witnesses_.release(parts_.transport, now_, release);
  post(message::ReleaseWitness{release.witness, configuration_, release.claim});
}

void FailoverLoop::obey(const message::WitnessAnswered& answered) {
  if (answered.configuration == configuration_) advance(answered.answer);
}

void FailoverLoop::obey(const message::WitnessResolved& resolved) {
  if (resolved.configuration == configuration_) witnesses_.resolved(resolved);
}

void FailoverLoop::hear_witness(const heartbeat::Arrival& arrival) {
  const auto heard = witnesses_.receive(parts_.transport, now(), arrival);
  if (heard.found) report_witness(Happening::witness_reachable, *heard.found);
  if (heard.answered) advance(*heard.answered);
}

void FailoverLoop::tend_witnesses() {
  if (const auto silent = witnesses_.tend(parts_.transport, now_))
    report_witness(Happening::witness_unreachable, *silent);
}

void FailoverLoop::report_witness(Happening happening, heartbeat::WitnessIndex witness) {
  auto report = entry(happening);
  report.detail = InlineText<120>::cut(setting_.witnesses[witness].name.view());
  write(report);
  changed_ = true;
}

}  // namespace flywall::failover
