#include "tests/simulation/world.hpp"

#include <algorithm>

namespace flywall::simulation {

namespace {

constexpr std::uint32_t kOnce = 1;  // an inspection that is not repeated

}  // namespace

World::World() {
  for (std::size_t i = 0; i < kMaxMachines; ++i) machines_.emplace_back(stage_, i);
}

void World::begin(const Plan& plan, Chronicle::Sink sink) {
  for (std::size_t i = 0; i < kMaxMachines; ++i) machines_[i].set_up(0, Clock{});
  stage_.plan = plan;
  stage_.random = Random(plan.seed ^ 0x5eed);
  stage_.agenda.clear();
  stage_.post.clear();
  stage_.network.clear();
  stage_.network.record(plan.has(Fault::replay));
  stage_.truth = Truth{};
  stage_.truth.machines = plan.nodes + 1;
  stage_.chronicle.clear(std::move(sink));
  stage_.lives = 0;
  cables_bad_ = false;
  requests_ = 0;
  for (std::size_t i = 0; i < plan.nodes; ++i)
    machines_[i].set_up(static_cast<std::uint8_t>(i), plan.node[i].clock);
  stage_.witnesses.begin();
  stage_.checkers.begin();
  stage_.agenda.add({.at = now(), .kind = Kind::inspection});
}

void World::run_until(Moment end) {
  while (!violation() && !stage_.agenda.empty() && stage_.agenda.next().at <= end) {
    const Entry entry = stage_.agenda.take();
    stage_.truth.now = entry.at;
    if (entry.kind == Kind::question) {
      stage_.witnesses.receive(now(), entry.subject);
      continue;
    }
    if (entry.kind != Kind::inspection) {
      machines_[entry.machine].handle(entry);
      continue;
    }
    stage_.checkers.inspect();
    if (entry.subject == kOnce) continue;
    const Moment next = entry.at + stage_.plan.node[0].policy.interval;
    stage_.agenda.add({.at = next, .kind = Kind::inspection});
  }
  if (!violation()) stage_.truth.now = std::max(stage_.truth.now, end);
}

// --- how long a fault takes to be digested

// E4: what one fault costs when nothing else is going on.
bool World::was_calm() const {
  for (const Body& body : stage_.truth.body)
    if (body.running && body.state == heartbeat::State::init) return false;
  return stage_.truth.is_settled() && primary().has_value();
}

Duration World::loose() const {
  const Plan& plan = stage_.plan;
  const auto nodes = static_cast<int>(plan.nodes);
  const Duration handed =
      plan.hands_over() ? plan.longest_transfer() + plan.shortest_handover() : 0ns;
  const bool abstains = plan.has(Fault::order) || plan.has(Fault::own_fault) ||
                        plan.has(Fault::refused_addresses) || plan.has(Fault::slow_addresses);
  return 2 * plan.longest_listen() + 5 * plan.longest_detection() + 4 * plan.longest_interval() +
         handed + nodes * (2 * plan.longest_way() + plan.longest_interval()) +
         4 * plan.address_time + 3 * plan.longest_vote() +
         (abstains ? heartbeat::kShortestAbstention : 0ns);
}

void World::disturb(int change, Duration digestion) {
  Truth& truth = stage_.truth;
  truth.loose_until = now() + loose();
  truth.disturbances += change;
  truth.undisturbed_since = now();
  ++truth.events;
  truth.settled_at = std::max(truth.settled_at, now() + digestion);
  stage_.agenda.add({.at = truth.settled_at, .subject = kOnce, .kind = Kind::inspection});
  if (truth.disturbances == 0 && change < 0)
    stage_.checkers.splits.heal();
  else
    stage_.checkers.splits.dispute();
}

void World::command(Duration digestion) {
  Truth& truth = stage_.truth;
  const Moment loose_until = truth.loose_until;
  const bool calm = was_calm();
  disturb(0, calm ? digestion : loose());
  if (calm) truth.loose_until = loose_until;
}

// --- faults

void World::start(std::size_t machine) {
  const bool is_needed = !was_calm() ||
                         stage_.truth.body[*primary()].fault > heartbeat::FaultClass::none ||
                         stage_.truth.body[*primary()].penalty > 0;
  disturb(0, is_needed ? loose() : 0ns);
  machines_[machine].start();
}

void World::crash(std::size_t machine) {
  note(name(machine), "crashes, both processes");
  lose_process(machine, silence());
  machines_[machine].crash();
}

void World::lose_power(std::size_t machine) {
  note(name(machine), "loses power");
  lose_process(machine, silence());
  machines_[machine].lose_power();
}

void World::kill(std::size_t machine) {
  note(name(machine), "has its failover process killed");
  lose_process(machine, message());
  machines_[machine].kill();
}

void World::stop(std::size_t machine) {
  note(name(machine), "is told to stop");
  lose_process(machine, primary() == machine ? handover() : message());
  machines_[machine].stop();
}

void World::lose_process(std::size_t machine, Duration digestion) {
  if (!was_calm()) return disturb(0, loose());
  const bool counts = stage_.plan.counts_votes();
  const bool held = primary() == machine;
  if (counts) digestion = std::max(digestion, held ? 0ns : silence());  // until its vote has ended
  // The primary may just have begun to hand over to it.
  const Duration offered = stage_.plan.hands_over() ? silence() + handover() : 0ns;
  disturb(0, counts || held ? std::max(digestion, held ? 0ns : offered) : offered);
  // Two may each get the vote of another witness at once: the lower claim gives way.
  const bool ordered = everybody_is_known() && stage_.plan.witnesses == 0;
  if (held && ordered) stage_.checkers.calm.expect_one_takeover();
}

// Every candidate has been one for long enough to be counted by the others.
bool World::everybody_is_known() const {
  const Plan& plan = stage_.plan;
  const Duration enough =
      plan.longest_listen() + plan.longest_detection() + 4 * plan.longest_interval();
  for (const Body& body : stage_.truth.body)
    if (body.running && now() - body.started < enough) return false;
  return true;
}

Duration World::message() const {
  const Plan& plan = stage_.plan;
  Duration votes = plan.counts_votes() ? 2 * plan.longest_way() : 0ns;
  if (plan.witnesses > 0) votes += 4 * plan.longest_way() + plan.longest_vote() / 8 + 2ms;
  if (plan.counts_votes() && plan.has(Fault::hiccup)) votes += plan.longest_detection() / 2;
  if (plan.has(Fault::witness_slow)) votes += 4 * plan.longest_detection();  // still on its way
  return 2 * plan.longest_way() + votes + plan.address_time + 2 * plan.lateness + 1us;
}

Duration World::handover() const {
  return message() + stage_.plan.longest_transfer() + stage_.plan.shortest_handover();
}

Duration World::silence() const {
  const Plan& plan = stage_.plan;
  const Duration own_stumbles = plan.has(Fault::hiccup) ? plan.longest_detection() / 2 : 0ns;
  const Duration longest = std::max(plan.longest_detection(), plan.longest_vote());
  return message() + 2 * plan.longest_way() + longest * 1001 / 1000 + own_stumbles;
}

void World::pause(std::size_t machine) {
  note(name(machine), "is paused");
  disturb(+1, 0ns);
  machines_[machine].pause();
}

void World::resume(std::size_t machine) {
  note(name(machine), "runs again");
  machines_[machine].resume();
  disturb(-1, loose());
}

void World::hiccup(std::size_t machine) {
  note(name(machine), "stumbles");
  machines_[machine].pause();
}

void World::end_hiccup(std::size_t machine) { machines_[machine].resume(); }

void World::set_fault(std::size_t machine, heartbeat::FaultClass fault, std::uint16_t penalty) {
  note(name(machine), std::string("has fault ") + heartbeat::name_of(fault) +
                          (penalty > 0 ? ", penalty " + std::to_string(penalty) : ""));
  const bool weighs = penalty > 0 || stage_.truth.body[machine].penalty > 0;
  const Duration heard = stage_.plan.longest_interval() + handover();
  const Duration once =
      std::max(2 * stage_.plan.longest_detection(), heartbeat::kShortestAbstention);
  disturb(0, was_calm() ? 2 * message() + (weighs ? heard + once : 0ns) : loose());
  machines_[machine].set_fault(fault, penalty);
}

void World::order_failover(std::size_t machine, NodeId to) {
  note(name(machine), "is ordered to hand over" + (to.empty() ? "" : " to " + to.str()));
  command(handover());
  ++requests_;
  machines_[machine].order(requests_, heartbeat::event::FailoverRequested{requests_, to});
}

void World::promote(std::size_t machine, bool force) {
  note(name(machine), force ? "is promoted by force" : "is promoted");
  if (force)
    disturb(0, loose());
  else
    command(message() + handover());
  stage_.checkers.handover.allowed(machine);
  ++requests_;
  stage_.truth.body[machine].forced |= force;
  machines_[machine].order(requests_, heartbeat::event::PromoteRequested{requests_, force});
}

void World::fail_back(std::size_t machine, heartbeat::event::FailbackRequested::Wish wish) {
  static constexpr std::array<const char*, 3> kWishes{"on", "off", "now"};
  note(name(machine), std::string("is told: failback ") + kWishes[static_cast<std::size_t>(wish)]);
  command(message() + handover());
  if (wish == heartbeat::event::FailbackRequested::Wish::now)
    stage_.checkers.handover.allowed(machine);
  ++requests_;
  machines_[machine].order(requests_, heartbeat::event::FailbackRequested{requests_, wish});
}

void World::reset(std::size_t machine) {
  note(name(machine), "is reset");
  stage_.checkers.handover.forget(machine);
  disturb(0, loose());
  ++requests_;
  machines_[machine].order(requests_, heartbeat::event::ResetRequested{requests_});
}

void World::reconfigure(std::size_t machine, const heartbeat::Policy& policy) {
  note(name(machine), "gets another configuration");
  stage_.checkers.handover.forget(machine);
  disturb(0, loose());
  stage_.plan.node[machine].policy = policy;
  machines_[machine].reconfigure();
}

void World::slow_addresses(std::size_t machine, bool on) {
  note(name(machine), on ? "takes long for addresses" : "takes addresses quickly again");
  machines_[machine].slow_addresses(on);
  disturb(on ? 1 : -1, on ? 0ns : loose() + 80 * stage_.plan.address_time);
}

void World::refuse_addresses(std::size_t machine, bool on) {
  note(name(machine), on ? "refuses addresses" : "takes addresses again");
  machines_[machine].refuse_addresses(on);
  disturb(on ? 1 : -1, on ? 0ns : loose());
}

void World::break_store(std::size_t machine, bool on) {
  note(name(machine), on ? "cannot write its store" : "can write its store again");
  machines_[machine].break_store(on);
}

void World::stop_witness(std::size_t witness) {
  note("*", "witness " + std::to_string(witness) + " stops");
  disturb(+1, 0ns);
  stage_.witnesses.stop(witness);
}

void World::restart_witness(std::size_t witness) {
  note("*", "witness " + std::to_string(witness) + " starts, and remembers nothing");
  stage_.witnesses.restart(now(), witness);
  disturb(-1, loose());
}

void World::slow_witness(std::size_t witness, bool on) {
  note("*", "witness " + std::to_string(witness) + (on ? " is slow" : " is quick again"));
  stage_.witnesses.slow(witness, on);
  disturb(on ? 1 : -1, on ? 0ns : loose());
}

void World::cut_witness(std::size_t witness, std::size_t machine, bool on) {
  note(name(machine),
       (on ? "does not reach witness " : "reaches again witness ") + std::to_string(witness));
  stage_.witnesses.cut(witness, machine, on);
  disturb(on ? 1 : -1, on ? 0ns : loose());
}

void World::add_clone(std::size_t of) {
  disturb(+1, 0ns);
  stage_.truth.body[clone()] = Body{};
  machines_[clone()].set_up(static_cast<std::uint8_t>(of),
                            Clock(random().between(1s, 1000000s), 0));
  note(name(clone()), "appears, a second machine with that name");
  machines_[clone()].start();
}

void World::remove_clone() {
  note(name(clone()), "disappears");
  machines_[clone()].lose_power();
  stage_.truth.body[clone()].exists = false;
  disturb(-1, loose());
}

void World::cables_changed() {
  const bool bad = !every_pair_connected();
  if (bad == cables_bad_) return;
  cables_bad_ = bad;
  disturb(bad ? 1 : -1, bad ? 0ns : loose());
}

bool World::every_pair_connected() const {
  const std::size_t nodes = stage_.plan.nodes;
  for (std::size_t from = 0; from < nodes; ++from) {
    for (std::size_t to = 0; to < nodes; ++to) {
      bool good = from == to;
      for (std::size_t path = 0; path < stage_.plan.paths; ++path)
        good = good || stage_.network.link(from, to, path).is_good();
      if (!good) return false;
    }
  }
  return true;
}

// --- questions

std::string World::name(std::size_t machine) const {
  return stage_.plan.name_of_machine(machine, stage_.truth.body[machine].node);
}

std::optional<std::size_t> World::primary() const {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < stage_.truth.machines; ++i) {
    if (!stage_.truth.body[i].holds()) continue;
    if (found) return std::nullopt;
    if (stage_.truth.body[i].in_place()) found = i;
  }
  return found;
}

void World::demand_agreement() {
  const std::optional<std::size_t> holder = primary();
  if (violation() || !holder) return;
  const heartbeat::Claim claim = machines_[*holder].election().claim();
  for (std::size_t i = 0; i < stage_.plan.nodes; ++i) {
    const Body& body = stage_.truth.body[i];
    if (!body.running) continue;
    const heartbeat::Election& election = machines_[i].election();
    if (election.holder() != stage_.plan.node[*holder].policy.self || election.claim() != claim)
      stage_.checkers.findings.report(
          "E3", name(i) + " does not follow the primary " + name(*holder), now());
    for (std::size_t peer = 0; peer < stage_.plan.nodes; ++peer) {
      if (peer == i) continue;
      const PeerIndex index{static_cast<std::uint8_t>(peer < i ? peer : peer - 1)};
      if (election.peer(index).alive != stage_.truth.body[peer].running)
        stage_.checkers.findings.report(
            "E14", name(i) + " is wrong about the life of " + name(peer), now());
    }
    // What was handed over a moment ago still forwards, and says nothing.
    const bool lingers = body.quiet && now() - body.held_until < 4 * stage_.plan.longest_interval();
    if ((body.addresses && !lingers) != (i == *holder))
      stage_.checkers.findings.report("E8", name(i) + " has the wrong addresses", now());
  }
}

}  // namespace flywall::simulation
