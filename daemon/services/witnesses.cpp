#include "daemon/services/witnesses.hpp"

#include <algorithm>

#include "base/clock.hpp"
#include "daemon/log/log.hpp"
#include "daemon/witness/provider.hpp"

namespace flywall::services {

using heartbeat::WitnessIndex;
using processes::Happening;
using witness::LockVoter;

namespace {

constexpr Duration kContradiction = 5s;  // longer than a takeover and a renewal take

processes::HistoryEntry entry_of(Happening happening, const std::string& detail) {
  return {.wall_ms = wall_clock_ms(),
          .at = now(),
          .happening = happening,
          .detail = InlineText<120>::cut(detail)};
}

void report(const std::string& name, const LockVoter::Status& status,
            const std::function<void(const processes::HistoryEntry&)>& note) {
  if (status.reachable) {
    log::info("witness_reachable", {{"witness", name}});
    note(entry_of(Happening::witness_reachable, name));
  } else {
    log::warning("witness_unreachable", {{"witness", name}, {"error", status.trouble}});
    note(entry_of(Happening::witness_unreachable, name + ": " + status.trouble));
  }
}

}  // namespace

void Witnesses::configure(const config::Config& config, std::uint32_t configuration) {
  configuration_ = configuration;
  std::vector<Seat> seats;
  const auto& witnesses = config.replication.ha.witnesses;
  for (std::size_t i = 0; i < witnesses.size(); ++i) {
    const auto index = static_cast<WitnessIndex>(i);
    if (witnesses[index].type == config::WitnessType::node) continue;
    const auto same = [&](const Seat& seat) {
      return seat.voter && seat.index == index && seat.witness == witnesses[index] &&
             seat.lease == witness::provider_lease(config.replication.ha) &&
             seat.cluster_id == config.replication.cluster_id;
    };
    const auto former = std::ranges::find_if(seats_, same);
    if (former != seats_.end())
      seats.push_back(std::move(*former));
    else
      seats.push_back(make(witnesses[index], config.replication, index));
    *seats.back().configuration = configuration;
  }
  std::erase_if(leaving_, [](const Seat& seat) { return seat.voter->ended(); });
  for (Seat& seat : seats_) {
    if (!seat.voter) continue;
    seat.voter->retire();
    leaving_.push_back(std::move(seat));
  }
  seats_ = std::move(seats);
}

Witnesses::Seat Witnesses::make(const config::Witness& witness,
                                const config::Replication& replication, WitnessIndex index) {
  auto configuration = std::make_shared<std::atomic<std::uint32_t>>(configuration_);
  const auto answer = [tell = parts_.tell, configuration, index](const LockVoter::Answer& given) {
    tell(processes::message::WitnessAnswered{.configuration = *configuration,
                                             .answer = {.witness = index,
                                                        .granted = given.granted,
                                                        .claim = given.question.claim,
                                                        .asked = given.question.asked,
                                                        .lease = given.question.lease,
                                                        .seen = given.seen}});
  };
  const auto turned = [note = parts_.note, name = witness.name](const LockVoter::Status& status) {
    report(name, status, note);
  };
  auto voter = std::make_unique<LockVoter>(
      witness::provider_store(witness, replication.cluster_id),
      LockVoter::Setting{
          .watch = witness::provider_renewal(replication.ha), .answer = answer, .turned = turned});
  return {.witness = witness,
          .lease = witness::provider_lease(replication.ha),
          .cluster_id = replication.cluster_id,
          .index = index,
          .configuration = configuration,
          .voter = std::move(voter),
          .agreed_at = now()};
}

Witnesses::Seat* Witnesses::seat_of(WitnessIndex witness, std::uint32_t configuration) {
  if (configuration != configuration_) return nullptr;
  const auto found = std::ranges::find(seats_, witness, &Seat::index);
  return found == seats_.end() ? nullptr : &*found;
}

void Witnesses::ask(const processes::message::AskWitness& question) {
  if (Seat* seat = seat_of(question.witness, question.configuration))
    seat->voter->ask({.claim = question.claim, .lease = question.lease, .asked = question.asked});
}

void Witnesses::release(const processes::message::ReleaseWitness& release) {
  if (Seat* seat = seat_of(release.witness, release.configuration))
    seat->voter->release(release.claim);
}

// A primary that this node hears writes its claim into every store that it reaches. Where it does
// not stand, one of the two reaches another store: another export under the same path, another key,
// or none.
bool Witnesses::agrees(const Seat& seat, const processes::Snapshot& snapshot) const {
  const auto status = seat.voter->status();
  if (!snapshot.holder_known || !status.reachable) return true;
  return status.record && status.record->claim.claimant == snapshot.holder;
}

void Witnesses::review(const processes::Snapshot& snapshot, Time now) {
  for (Seat& seat : seats_) {
    if (agrees(seat, snapshot)) {
      seat.agreed_at = now;
      seat.contradicts = false;
    } else if (!seat.contradicts && now - seat.agreed_at > kContradiction + 2 * seat.lease) {
      seat.contradicts = true;
      const std::string text = "the lock of the primary " + snapshot.holder.str() +
                               " does not stand there: it reaches another store, or none";
      log::warning("witness_contradicts", {{"witness", seat.witness.name}, {"text", text}});
      parts_.note(entry_of(Happening::witness_contradicts, seat.witness.name + ": " + text));
    }
  }
}

void Witnesses::retire() {
  for (Seat& seat : seats_) seat.voter->retire();
}

bool Witnesses::ended() const {
  return std::ranges::all_of(seats_, [](const Seat& seat) { return seat.voter->ended(); });
}

std::vector<control::ProviderView> Witnesses::views() const {
  std::vector<control::ProviderView> views;
  for (const Seat& seat : seats_) {
    const LockVoter::Status status = seat.voter->status();
    control::ProviderView view{.witness = seat.index,
                               .reachable = status.reachable,
                               .trouble = status.trouble,
                               .contradicts = seat.contradicts,
                               .contended = status.contended,
                               .failed = status.failed,
                               .errors = status.errors,
                               .holder = {},
                               .held = false};
    if (status.record) {
      view.holder = status.record->claim;
      view.held = status.record->standing == witness::Standing::held;
    }
    views.push_back(std::move(view));
  }
  return views;
}

std::vector<std::string> Witnesses::warnings() const {
  std::vector<std::string> found;
  for (const Seat& seat : seats_) {
    const LockVoter::Status status = seat.voter->status();
    const std::string name = "witness \"" + seat.witness.name + "\"";
    if (status.known && !status.reachable)
      found.push_back(name + " does not answer: " + status.trouble);
    if (seat.contradicts)
      found.push_back(name +
                      ": the primary's lock does not stand there; do both nodes use the same "
                      "store? Another export under the same path is another store");
  }
  return found;
}

}  // namespace flywall::services
