#include "tests/simulation/machine.hpp"

#include <algorithm>

namespace flywall::simulation {

using heartbeat::Verdict;
namespace action = heartbeat::action;
namespace event = heartbeat::event;

void Machine::set_up(std::uint8_t node, const Clock& clock) {
  node_ = node;
  clock_ = clock;
  end_process();
  slow_addresses_ = refuse_addresses_ = scripts_hang_ = false;
  wanted_ = Epoch{};
  body() = Body{.exists = true, .node = node};
}

// --- the process

void Machine::start() {
  FLYWALL_CHECK(!body().running);
  heartbeat::Policy policy_now = policy();
  policy_now.seed ^= stage_.random.next();
  policy_now.fallback_floor =
      Epoch{static_cast<std::uint64_t>(now().time_since_epoch() / 1ms) + 1000};
  instance_ = InstanceId{stage_.random.next() | 1};
  counter_ = 0;
  path_sequence_ = {};
  floor_ = body().on_disk;
  lease_until_.reset();
  timer_at_ = kLastMoment;
  planned_for_ = kNever;

  Body& self = body();
  self = Body{.exists = true,
              .node = node_,
              .running = true,
              .store_works = self.store_works,
              .on_disk = self.on_disk,
              .life = ++stage_.lives,
              .started = now(),
              .addresses = self.addresses,
              .quiet = self.quiet,
              .fault = self.fault,
              .penalty = self.penalty,
              .offer = self.offer,
              .offered = self.offered};
  for (std::size_t i = 0; i < policy_now.peers; ++i)
    sessions_[i].emplace(instance_, policy_now.detection);
  election_.emplace(policy_now, clock_.read(now()));
  stage_.checkers.started(index_);
  if (stage_.chronicle.is_read()) stage_.chronicle.write(now(), policy_now.self.str(), "starts");
  ask_addresses({AddressRequest::What::tidy, {}});
  step(event::Tick{});
  if (self.running && (self.fault != heartbeat::FaultClass::none || self.penalty > 0))
    step(event::FaultChanged{self.fault, self.penalty});
}

void Machine::end_process() {
  Body& self = body();
  self.running = self.paused = false;
  self.ended = now();
  self.state = heartbeat::State::init;
  for (const LetterId letter : socket_) stage_.post.burn(letter);
  socket_.clear();
  known_ = {};
  address_work_.clear();
  reserved_unread_.clear();
  answers_unread_.clear();
  wanted_ = Epoch{};
  address_work_due_ = timer_due_ = drain_wanted_ = draining_ = false;
  lingering_ = preparation_due_ = false;
  ++preparation_;
  election_.reset();
}

void Machine::crash() { end_process(); }

void Machine::lose_power() {
  end_process();
  body().addresses = body().quiet = false;
  body().lease_ends = kNoMoment;
  // The clock counts from boot: moments of the former life come again.
  const NodePlan& plan = stage_.plan.node[node_];
  const Duration up = stage_.random.between(0ns, 4 * plan.policy.detection);
  clock_ = plan.clock.restarted(now(), up);
}

void Machine::kill() {
  body().lease_ends = kNoMoment;
  if (election_->holds())  // the services process closed the fence, and gives the votes back
    for (std::size_t i = 0; i < stage_.plan.witnesses; ++i)
      stage_.witnesses.release(now(), as_sender(),
                               {static_cast<heartbeat::WitnessIndex>(i), election_->claim()});
  say_will();
  end_process();
  const Duration work =
      stage_.random.between(stage_.plan.address_time / 2, stage_.plan.address_time);
  stage_.agenda.add({.at = now() + work,
                     .life = body().life,
                     .kind = Kind::survivor,
                     .machine = static_cast<std::uint8_t>(index_)});
}

void Machine::pause() {
  body().paused = true;
  body().paused_at = now();
}

void Machine::resume() {
  Body& self = body();
  self.paused = false;
  self.resumed = now();
  // A process notices only that it runs later than it wanted to.
  self.slept += std::max(0ns, now() - self.paused_at - policy().interval);
  note_tenure(now() - self.paused_at);
  stage_.checkers.speech.resumed(index_);
  if (now() - self.paused_at > policy().detection + 2 * policy().interval)
    stage_.checkers.handover.disturbed(index_);
  if (address_work_due_ && stage_.random.chance(500)) finish_address_work();
  if (stage_.random.chance(500)) wake();
  while (self.awake() && !socket_.empty()) {
    const LetterId next = socket_.front();
    socket_.pop_front();
    read(next);
  }
  if (self.awake()) wake();
  if (address_work_due_ && self.awake()) finish_address_work();
  if (preparation_due_ && self.awake()) finish_preparing();
  while (self.awake() && !answers_unread_.empty()) {
    const event::WitnessAnswered answer = answers_unread_.back();
    answers_unread_.pop_back();
    step(answer);
  }
  while (self.awake() && !reserved_unread_.empty()) {
    const Epoch up_to = reserved_unread_.back();
    reserved_unread_.pop_back();
    step(event::EpochsReserved{floor_, up_to});
  }
}

// E8, E13: a tenure that a pause of a detection time interrupted is younger than any other. How
// late the process was depends on when it wanted to run, at most an interval after it was stopped.
void Machine::note_tenure(Duration pause) {
  Body& self = body();
  Duration limit = policy().detection;
  if (policy().quorum == heartbeat::Quorum::none)
    limit = std::max(limit, heartbeat::kShortestPause);
  if (!self.holds() || pause < limit) return;
  self.tenure_broken = true;
  if (pause < limit + policy().interval + stage_.plan.lateness) self.tenure_unclear = true;
}

void Machine::wake() {
  if (!timer_due_) return;
  timer_due_ = false;
  step(event::Tick{});
}

void Machine::set_fault(heartbeat::FaultClass fault, std::uint16_t penalty) {
  body().fault = fault;
  body().penalty = penalty;
  if (body().awake()) step(event::FaultChanged{fault, penalty});
}

void Machine::order(std::uint64_t request, const heartbeat::Event& command) {
  if (!body().awake()) return;
  stage_.checkers.orders.ordered(index_, request);
  step(command);
}

void Machine::reconfigure() {
  if (!body().awake()) return;
  event::PolicyChanged changed{.policy = policy(), .former = {}};
  for (std::uint8_t i = 0; i < policy().peers; ++i) changed.former[i] = PeerIndex{i};
  step(changed);
}

void Machine::break_store(bool on) {
  body().store_works = !on;
  if (!on && wanted_ > Epoch{}) reserve_epochs(wanted_);
}

void Machine::handle(const Entry& entry) {
  if (entry.kind == Kind::arrival) return arrive(entry.subject);
  if (entry.kind == Kind::answer) return hear_witness(entry);
  Body& self = body();
  if (entry.kind == Kind::survivor) {
    if (!self.running) self.addresses = self.quiet = false;
    return;
  }
  if (!self.running || entry.life != self.life) return;
  if (entry.kind == Kind::timer) {
    if (entry.at != timer_at_) return;
    timer_at_ = kLastMoment;
    planned_for_ = kNever;
    if (clock_.read(now()) < election_->deadline()) return schedule();
    if (!self.paused) {
      stage_.checkers.speech.ticked(index_);
      return step(event::Tick{});
    }
    timer_due_ = true;
  } else if (entry.kind == Kind::prepared) {
    if (entry.subject != preparation_) return;
    if (self.paused)
      preparation_due_ = true;
    else
      finish_preparing();
  } else if (entry.kind == Kind::addresses) {
    if (entry.subject != address_turn_) return;
    if (self.paused)
      address_work_due_ = true;
    else
      finish_address_work();
  } else if (entry.kind == Kind::store) {
    if (!self.store_works) {
      wanted_ = std::max(wanted_, Epoch{entry.subject});
      return;
    }
    self.on_disk = std::max(self.on_disk, Epoch{entry.subject});
    if (self.paused)
      reserved_unread_.push_back(Epoch{entry.subject});
    else
      step(event::EpochsReserved{floor_, Epoch{entry.subject}});
  }
}

// --- what arrives

PeerIndex Machine::peer_of(std::uint8_t node) const {
  return PeerIndex{static_cast<std::uint8_t>(node < node_ ? node : node - 1)};
}

void Machine::arrive(LetterId id) {
  const Body& self = body();
  if (!self.running || stage_.post[id].reader != node_) return stage_.post.burn(id);
  stage_.truth.note_arrival(stage_.post[id], stage_.post.statement(stage_.post[id]));
  if (!self.paused) return read(id);
  if (socket_.size() >= stage_.plan.socket_limit) return stage_.post.burn(id);
  socket_.push_back(id);
}

Witnesses::Sender Machine::as_sender() {
  return {.machine = static_cast<std::uint8_t>(index_),
          .life = body().life,
          .clock = clock_.read(now())};
}

void Machine::hear_witness(const Entry& entry) {
  const event::WitnessAnswered answer = stage_.witnesses.take(entry.subject);
  const Body& self = body();
  if (!self.running || entry.life != self.life) return;
  if (self.paused)
    answers_unread_.push_back(answer);
  else
    step(answer);
}

void Machine::read(LetterId id) {
  const Letter& letter = stage_.post[id];
  if (letter.will)
    read_will(letter);
  else
    read_statement(id);
  stage_.post.burn(id);
}

void Machine::read_will(const Letter& letter) {
  const PeerIndex peer = peer_of(letter.author);
  if (!sessions_[peer.value]->depart(letter.contact.instance)) return;
  step(event::Departed{peer});
}

void Machine::read_statement(LetterId id) {
  const Letter& letter = stage_.post[id];
  const heartbeat::Statement& said = stage_.post.statement(letter);
  const PeerIndex peer = peer_of(letter.author);
  heartbeat::Session& session = *sessions_[peer.value];
  const Duration window = std::max(policy().detection, said.detection);
  Known& known = known_[peer.value];
  if (window != known.window && !session.proven()) session.set_proof_window(window);
  const heartbeat::Receipt receipt =
      session.receive(clock_.read(now()), letter.path, letter.contact);
  const bool fresh = receipt.verdict == Verdict::fresh;
  if (fresh && window != known.window) session.set_proof_window(known.window = window);
  stage_.checkers.received(index_, letter, said, receipt);
  get_acquainted(letter, known);
  if (!fresh && receipt.verdict != Verdict::deaf) return;
  if (receipt.newest) body().read = std::max(body().read, said.claim);
  if (said.state == heartbeat::State::leaving) session.depart(letter.contact.instance);
  step(event::Heard{.peer = peer,
                    .path = letter.path,
                    .freshness = fresh ? heartbeat::Freshness::fresh : heartbeat::Freshness::deaf,
                    .new_instance = receipt.new_instance,
                    .newest = receipt.newest,
                    .round_trip = receipt.round_trip.value_or(0ns),
                    .said_after = receipt.said_after,
                    .tag = stage_.plan.node[letter.author].policy.self_tag,
                    .statement = said});
}

void Machine::get_acquainted(const Letter& letter, Known& peer) {
  if (letter.forged) return;
  stage_.truth.between[letter.from][index_].read = letter.sent;
  if (letter.life != peer.heard_life || letter.sent > peer.heard_sent) {
    peer.heard_life = letter.life;
    peer.heard_sent = letter.sent;
  }
  if (letter.heard_life != body().life || letter.heard_sent == kNoMoment) return;
  if (now() - letter.heard_sent > policy().detection * 9 / 10) return;
  Acquaintance& known = stage_.truth.between[letter.from][index_];
  known.from_life = letter.life;
  known.to_life = body().life;
}

void Machine::drain() {
  draining_ = true;
  while (drain_wanted_ && body().awake()) {
    drain_wanted_ = false;
    while (body().awake() && !socket_.empty()) {
      const LetterId next = socket_.front();
      socket_.pop_front();
      read(next);
    }
    stage_.checkers.speech.drained(index_);
    if (body().awake()) step(event::SocketsDrained{});
  }
  draining_ = false;
}

// --- the core and what it wants

void Machine::step(const heartbeat::Event& event) {
  if (!body().awake()) return;
  ++stage_.steps;
  const heartbeat::Actions& actions = election_->step(clock_.read(now()), event);
  note_lease();
  if (!actions.empty()) {
    stage_.truth.note_state(index_, election_->statement());
    perform(actions);
  }
  if (!body().running) return;
  schedule();
  if (drain_wanted_ && !draining_) drain();
}

// The fence: one store, before the actions of the step are carried out (E7).
void Machine::note_lease() {
  const std::optional<Time> until = election_->lease_until();
  Moment& ends = body().lease_ends;
  if (until == lease_until_) return;
  lease_until_ = until;
  ends = until ? clock_.when(*until) : kNoMoment;
  stage_.checkers.leases.changed(index_);
}

void Machine::perform(const heartbeat::Actions& actions) {
  bool stopped = false;
  for (const heartbeat::Action& what : actions) {
    if (const auto* speech = std::get_if<action::Speak>(&what)) {
      stage_.checkers.spoke(index_, election_->statement(), speech->copies);
      speak(speech->copies);
      continue;
    }
    tell(what);
    stage_.checkers.acted(index_, what);
    note_handover(what);
    if (const auto* take = std::get_if<action::TakeAddresses>(&what))
      ask_addresses({AddressRequest::What::take, take->epoch});
    else if (const auto* drop = std::get_if<action::DropAddresses>(&what))
      ask_addresses({AddressRequest::What::drop, {}, drop->linger});
    else if (std::holds_alternative<action::QuietAddresses>(what))
      ask_addresses({AddressRequest::What::quiet, {}});
    else if (std::holds_alternative<action::Prepare>(what))
      prepare();
    else if (std::holds_alternative<action::DrainSockets>(what))
      drain_wanted_ = true;
    else if (const auto* ask = std::get_if<action::AskWitness>(&what))
      stage_.witnesses.ask(now(), as_sender(), *ask);
    else if (const auto* release = std::get_if<action::ReleaseWitness>(&what))
      stage_.witnesses.release(now(), as_sender(), *release);
    else if (const auto* reserve = std::get_if<action::ReserveEpochs>(&what))
      reserve_epochs(reserve->up_to);
    else if (std::holds_alternative<action::Stopped>(what))
      stopped = true;
  }
  if (stopped) {
    for (const AddressRequest& request : address_work_)
      if (request.what == AddressRequest::What::tidy) body().addresses = body().quiet = false;
    stage_.checkers.orders.stopped(index_);
    end_process();
  }
}

// A handover in calm is over soon; until then there may be two that claim.
void Machine::note_handover(const heartbeat::Action& what) {
  const auto* transition = std::get_if<action::Transition>(&what);
  if (!transition || transition->to != heartbeat::State::handing_over) return;
  Moment& settled = stage_.truth.settled_at;
  settled = std::max(settled, now() + stage_.plan.shortest_handover());
  stage_.agenda.add({.at = settled, .subject = 1, .kind = Kind::inspection});
}

void Machine::schedule() {
  const Time deadline = election_->deadline();
  if (deadline == planned_for_) return;
  planned_for_ = deadline;
  const Moment want = clock_.when(deadline);
  if (want >= timer_at_) return;
  timer_at_ = want + stage_.random.between(0ns, stage_.plan.lateness);
  stage_.agenda.add({.at = timer_at_,
                     .life = body().life,
                     .kind = Kind::timer,
                     .machine = static_cast<std::uint8_t>(index_)});
}

void Machine::speak(int copies) {
  const SpeechId speech = stage_.post.say(election_->statement());
  for (std::size_t other = 0; other < stage_.truth.machines; ++other) {
    const Body& its = stage_.truth.body[other];
    if (its.exists && its.node != node_) post_to(other, speech, copies);
  }
  stage_.post.forget(speech);
}

void Machine::post_to(std::size_t machine, SpeechId speech, int copies) {
  const std::uint8_t reader = stage_.truth.body[machine].node;
  const PeerIndex peer = peer_of(reader);
  const auto echoes = sessions_[peer.value]->echoes(clock_.read(now()));
  for (int i = 0; i < copies; ++i) {
    for (std::uint8_t path = 0; path < stage_.plan.paths; ++path) {
      const LetterId id = stage_.post.write(speech);
      Letter& letter = stage_.post[id];
      letter.contact.instance = instance_;
      letter.contact.counter = ++counter_;
      letter.contact.sent = clock_.read(now());
      letter.contact.path_sequence = ++path_sequence_[machine][path];
      letter.contact.echoes = echoes;
      letter.from = static_cast<std::uint8_t>(index_);
      letter.to = static_cast<std::uint8_t>(machine);
      letter.author = node_;
      letter.reader = reader;
      letter.path = PathIndex{path};
      letter.will = letter.forged = false;
      letter.life = body().life;
      letter.sent = now();
      letter.heard_life = known_[peer.value].heard_life;
      letter.heard_sent = known_[peer.value].heard_sent;
      stage_.network.send(now(), id);
    }
  }
}

void Machine::say_will() {
  const SpeechId speech = stage_.post.say(election_->statement());
  for (std::size_t other = 0; other < stage_.truth.machines; ++other) {
    const Body& its = stage_.truth.body[other];
    if (!its.exists || its.node == node_) continue;
    for (std::size_t i = 0; i < heartbeat::kGoodbyeCopies * stage_.plan.paths; ++i) {
      const LetterId id = stage_.post.write(speech);
      Letter& letter = stage_.post[id];
      letter.contact.instance = instance_;
      letter.from = static_cast<std::uint8_t>(index_);
      letter.to = static_cast<std::uint8_t>(other);
      letter.author = node_;
      letter.reader = its.node;
      letter.path = PathIndex{static_cast<std::uint8_t>(i % stage_.plan.paths)};
      letter.will = true;
      letter.forged = false;
      letter.life = body().life;
      letter.sent = now();
      stage_.network.send(now(), id);
    }
  }
  stage_.post.forget(speech);
}

}  // namespace flywall::simulation
