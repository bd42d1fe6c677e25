#include "tests/simulation/plan.hpp"

#include <algorithm>
#include <bit>

#include "base/key.hpp"

namespace flywall::simulation {

namespace {

constexpr std::array<const char*, kMaxNodes> kNames{"ada", "bob", "cid", "dan",
                                                    "eva", "fay", "gus"};
constexpr std::int64_t kStepsWanted = 6000;  // of the cores in one schedule, about

using heartbeat::Quorum;

std::size_t draw_nodes(Random& random) {
  static constexpr std::array<std::size_t, 12> kCounts{2, 2, 2, 2, 2, 3, 3, 3, 4, 5, 6, 7};
  return random.pick(kCounts);
}

std::uint32_t draw_faults(Random& random) {
  auto one = [&random] { return 1U << random.below(kFaults); };
  switch (random.below(4)) {
    case 0:
      return one();
    case 1:
      return one() | one();
    case 2:
      return one() | one() | one() | one();
    default:
      return static_cast<std::uint32_t>(random.next());
  }
}

void draw_timers(Random& random, heartbeat::Policy& policy) {
  static constexpr std::array<Duration, 6> kIntervals{3ms, 10ms, 30ms, 50ms, 100ms, 1000ms};
  policy.interval = random.pick(kIntervals);
  policy.detection = policy.interval * static_cast<int>(3 + random.below(3));
  policy.listen = policy.detection + policy.interval * static_cast<int>(random.below(3));
}

// Nodes may be configured differently; a receiver judges the sender by the sender's timers (E14).
void stretch_timers(Random& random, heartbeat::Policy& policy) {
  const auto factor = static_cast<int>(1 + random.below(3));
  policy.interval *= factor;
  policy.detection *= factor;
  policy.listen *= factor;
}

void draw_network(Random& random, Plan& plan) {
  const Duration interval = plan.node[0].policy.interval;
  plan.paths = 1 + random.below(plan.nodes > 4 ? 2 : kMaxSimulatedPaths);
  plan.delay = random.between(20us, interval / 8);
  plan.jitter = random.chance(500) ? random.between(0us, interval / 8) : 10us;
  plan.address_time = random.between(100us, interval);
  plan.store_time = random.between(100us, interval * 4);
  plan.lateness = random.between(0us, interval / 50);
  plan.socket_limit = 4 + random.below(256);
}

// The planned handover and failback (E9, E10).
void draw_handover(Random& random, const Plan& plan, heartbeat::Policy& policy) {
  const Duration detection = policy.detection;
  policy.transfer_timeout = random.between(detection, 4 * detection);
  policy.linger = random.chance(500) ? random.between(0ns, 2 * policy.interval) : 0ns;
  policy.prepare_limit = random.chance(300) ? random.between(1us, 2 * detection) : 0ns;
  policy.prepare_required = policy.seed % 2 == 0;
  policy.failback = heartbeat::Failback::disabled;
  if (!plan.has(Fault::failback)) return;
  policy.failback =
      random.chance(700) ? heartbeat::Failback::automatic : heartbeat::Failback::manual;
  policy.failback_delay = random.between(0ns, 6 * detection);
  policy.failback_window = random.between(0ns, 30 * detection);
}

// A witness is a node that only votes, or a slower lock provider.
void draw_witnesses(Random& random, Plan& plan) {
  const bool counts = plan.counts_votes();
  if (!counts || (plan.nodes > 2 && !random.chance(200))) return;
  plan.witnesses = plan.nodes > 2 && random.chance(300) ? 2 : 1;
  for (std::size_t i = 0; i < plan.witnesses; ++i) {
    heartbeat::WitnessTerms terms{
        .lease = plan.longest_detection(), .renew = plan.longest_interval(), .tag = NodeTag{1 + i}};
    if (random.chance(300)) {
      terms.lease *= 2;
      terms.renew = terms.lease / 3;
    }
    for (std::size_t node = 0; node < plan.nodes; ++node)
      plan.node[node].policy.witnesses.push_back(terms);
  }
}

NodeTag tag_of(const NodeId& node) { return node_tag(node); }

void draw_node(Random& random, Plan& plan, std::size_t index, bool same_timers, bool same_rank) {
  NodePlan& node = plan.node[index];
  heartbeat::Policy& policy = node.policy;
  if (index > 0) policy = plan.node[0].policy;
  if (index > 0 && !same_timers) stretch_timers(random, policy);
  policy.self = NodeId(kNames[index]);
  policy.self_tag = tag_of(policy.self);
  policy.priority =
      same_rank ? std::uint16_t{100} : static_cast<std::uint16_t>(1 + random.below(255));
  policy.peers = static_cast<std::uint8_t>(plan.nodes - 1);
  policy.seed = random.next();
  draw_handover(random, plan, policy);
  policy.takeover = index == 0 || !random.chance(50);
  const auto drift = static_cast<std::int64_t>(random.below(401)) - 200;
  node.clock = Clock(random.between(1s, 1000000s), drift);
  if (!random.chance(300)) node.first_start += random.between(0ms, policy.listen * 2);
}

}  // namespace

const char* name_of(Fault fault) {
  static constexpr std::array<const char*, kFaults> kFaultNames{
      "loss",         "duplication",    "jitter",
      "path_cut",     "one_way_cut",    "partition",
      "hiccup",       "pause",          "crash",
      "killed",       "power_loss",     "stop",
      "own_fault",    "order",          "promote",
      "failback",     "reset",          "reconfigure",
      "weight",       "slow_addresses", "refused_addresses",
      "broken_store", "replay",         "withhold",
      "clone",        "witness_down",   "witness_slow",
      "witness_cut"};
  return kFaultNames[static_cast<std::size_t>(fault)];
}

Duration Plan::longest_interval() const {
  Duration longest{};
  for (std::size_t i = 0; i < nodes; ++i) longest = std::max(longest, node[i].policy.interval);
  return longest;
}

Duration Plan::longest_detection() const {
  Duration longest{};
  for (std::size_t i = 0; i < nodes; ++i) longest = std::max(longest, node[i].policy.detection);
  return longest;
}

Duration Plan::longest_vote() const {
  Duration longest{};
  for (const heartbeat::WitnessTerms& terms : node[0].policy.witnesses)
    longest = std::max(longest, terms.lease);
  return longest;
}

Duration Plan::longest_stumble(std::size_t machine) const {
  Duration shortest = node[machine].policy.detection;
  for (std::size_t i = 0; i < nodes && counts_votes(); ++i)
    shortest = std::min(shortest, node[i].policy.detection);
  return shortest * 2 / 5;
}

bool Plan::hands_over() const {
  return has(Fault::order) || has(Fault::promote) || has(Fault::failback) || has(Fault::weight) ||
         has(Fault::stop);
}

Duration Plan::longest_transfer() const {
  Duration longest{};
  for (std::size_t i = 0; i < nodes; ++i)
    longest = std::max(longest, node[i].policy.transfer_timeout + node[i].policy.prepare_limit);
  return longest;
}

bool Plan::is_commanded() const {
  bool commanded = false;
  for (std::size_t i = 0; i < nodes; ++i) commanded |= node[i].policy.prepare_limit > 0ns;
  return commanded || has(Fault::order) || has(Fault::promote) || has(Fault::failback) ||
         has(Fault::stop) || has(Fault::reset) || has(Fault::reconfigure);
}

Duration Plan::shortest_handover() const {
  const Duration stumbles = has(Fault::hiccup) ? longest_detection() : 0ns;
  return 4 * longest_way() + 3 * address_time + 4 * lateness + stumbles + 1us;
}

Duration Plan::longest_listen() const {
  Duration longest{};
  for (std::size_t i = 0; i < nodes; ++i) longest = std::max(longest, node[i].policy.listen);
  return longest;
}

std::string Plan::name_of_machine(std::size_t machine, std::size_t bears) const {
  return node[bears].policy.self.str() + (machine < nodes ? "" : "'");
}

std::string Plan::describe() const {
  std::string text = std::to_string(nodes) + " nodes, " + std::to_string(witnesses) +
                     " witnesses, " + std::to_string(paths) + " paths, quorum " +
                     (node[0].policy.quorum == Quorum::none ? "none" : "majority") +
                     ", interval/detection";
  for (std::size_t i = 0; i < nodes; ++i)
    text += " " + std::to_string(node[i].policy.interval / 1ms) + "/" +
            std::to_string(node[i].policy.detection / 1ms);
  text += " ms, faults:";
  for (std::size_t i = 0; i < kFaults; ++i)
    if (has(static_cast<Fault>(i))) text += std::string(" ") + name_of(static_cast<Fault>(i));
  return text;
}

Plan draw_plan(std::uint64_t seed, std::size_t nodes) {
  Random random(seed);
  Plan plan;
  plan.seed = seed;
  plan.nodes = draw_nodes(random);
  if (nodes != 0) plan.nodes = nodes;
  heartbeat::Policy& first = plan.node[0].policy;
  draw_timers(random, first);
  const std::uint64_t majorities = plan.nodes > 2 ? 500 : 350;
  first.quorum = random.chance(majorities) ? Quorum::majority : Quorum::none;
  draw_network(random, plan);
  plan.faults = draw_faults(random);
  const bool same_timers = !random.chance(150);
  const bool same_rank = random.chance(300);
  for (std::size_t i = 0; i < plan.nodes; ++i)
    draw_node(random, plan, i, same_timers,
              same_rank);  // A peer must be able to prove itself while a node listens
                           // (docs/invariants.md, known limits).
  const Duration enough =
      std::max(2 * plan.longest_interval() + 4 * plan.longest_way(), plan.longest_detection());
  for (std::size_t i = 0; i < plan.nodes; ++i)
    plan.node[i].policy.listen = std::max(plan.node[i].policy.listen, enough);

  draw_witnesses(random, plan);

  const Duration detection = plan.longest_detection();
  plan.settle = 2 * plan.longest_listen() + detection * 3;
  std::int64_t letters = 0;
  for (std::size_t i = 0; i < plan.nodes; ++i)
    letters += 1s / plan.node[i].policy.interval *
               static_cast<std::int64_t>((plan.nodes - 1) * plan.paths);
  plan.chaos = std::clamp<Duration>(1s * kStepsWanted / std::max<std::int64_t>(letters, 1),
                                    detection * 12, detection * 120);
  static constexpr std::array<int, 4> kSpacings{1, 3, 8, 20};
  plan.spacing = detection * random.pick(kSpacings) / 2;
  return plan;
}

heartbeat::Policy redrawn_policy(Random& random, const Plan& plan, std::size_t node) {
  heartbeat::Policy policy = plan.node[node].policy;
  policy.priority = static_cast<std::uint16_t>(1 + random.below(255));
  policy.takeover = node == 0 || !random.chance(100);
  draw_handover(random, plan, policy);
  return policy;
}

}  // namespace flywall::simulation
