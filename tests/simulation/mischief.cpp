#include "tests/simulation/mischief.hpp"

#include <algorithm>

namespace flywall::simulation {

void Mischief::run() {
  troubles_.clear();
  start_all();
  const Plan& plan = world_.plan();
  world_.run_until(Moment{plan.settle});
  const Moment end = world_.truth().now + plan.chaos;
  while (!world_.violation() && world_.truth().now < end) {
    const Moment next =
        world_.truth().now + world_.random().between(plan.spacing / 4, plan.spacing * 2);
    end_due_troubles(std::min(next, end));
    world_.run_until(std::min(next, end));
    if (!world_.violation() && next < end) make_trouble();
  }
  end_all_troubles();
  world_.run_until_settled();
  world_.run_for(2 * detection());
  if (!world_.violation()) world_.demand_agreement();
}

void Mischief::start_all() {
  std::vector<std::size_t> order(world_.plan().nodes);
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [this](std::size_t a, std::size_t b) {
    const Moment first = world_.plan().node[a].first_start;
    const Moment second = world_.plan().node[b].first_start;
    return first != second ? first < second : a < b;
  });
  for (const std::size_t node : order) {
    world_.run_until(world_.plan().node[node].first_start);
    if (world_.violation()) return;
    world_.start(node);
  }
}

void Mischief::end_due_troubles(Moment until) {
  while (!world_.violation()) {
    const auto first =
        std::min_element(troubles_.begin(), troubles_.end(),
                         [](const Trouble& a, const Trouble& b) { return a.until < b.until; });
    if (first == troubles_.end() || first->until > until) return;
    world_.run_until(first->until);
    if (world_.violation()) return;
    const Trouble over = *first;
    troubles_.erase(first);
    end(over);
  }
}

void Mischief::end_all_troubles() {
  while (!troubles_.empty() && !world_.violation()) {
    const Trouble over = troubles_.back();
    troubles_.pop_back();
    const bool may_stay = over.fault == Fault::own_fault && world_.random().chance(500);
    if (!may_stay) end(over);
  }
  if (world_.violation()) return;
  for (std::size_t i = 0; i < world_.plan().nodes; ++i)
    if (!world_.truth().body[i].running) world_.start(i);
}

void Mischief::make_trouble() {
  Random& random = world_.random();
  Fault fault = static_cast<Fault>(random.below(kFaults));
  while (!world_.plan().has(fault))
    fault = static_cast<Fault>((static_cast<std::size_t>(fault) + 1) % kFaults);
  Trouble trouble{.fault = fault, .since = world_.truth().now};
  trouble.machine = random.below(world_.plan().nodes);
  if (const auto primary = world_.primary();
      primary && *primary < world_.plan().nodes && random.chance(400))
    trouble.machine = *primary;
  trouble.other =
      (trouble.machine + 1 + random.below(world_.plan().nodes - 1)) % world_.plan().nodes;
  trouble.path = random.below(world_.plan().paths);
  trouble.both_ways = random.chance(500);
  const Duration length = random.chance(300) ? random.between(detection() / 10, detection())
                                             : random.between(detection(), detection() * 10);
  trouble.until = trouble.since + length;
  begin(trouble);
}

void Mischief::begin(Trouble trouble) {
  if (!begin_at_machine(trouble)) return;
  for (Trouble& other : troubles_) other.alone = false;
  trouble.alone = troubles_.empty();
  if (trouble.until > trouble.since) troubles_.push_back(trouble);
}

bool Mischief::is_busy(std::size_t machine) const {
  const Body& body = world_.truth().body[machine];
  return !body.awake() || body.stopping() || world_.truth().is_duplicated(machine) ||
         std::any_of(troubles_.begin(), troubles_.end(), [&](const Trouble& trouble) {
           const bool on_cables = trouble.fault <= Fault::partition ||
                                  trouble.fault == Fault::withhold ||
                                  trouble.fault >= Fault::witness_down;
           return trouble.machine == machine && !on_cables;
         });
}

bool Mischief::begin_at_machine(Trouble& trouble) {
  const std::size_t machine = trouble.machine;
  const bool free = !is_busy(machine);
  switch (trouble.fault) {
    case Fault::loss:
    case Fault::duplication:
    case Fault::jitter:
    case Fault::path_cut:
    case Fault::one_way_cut:
    case Fault::partition:
    case Fault::withhold:
    case Fault::replay:
      return begin_on_cables(trouble);
    case Fault::hiccup:
      // Two in a row would be a pause.
      if (!free || trouble.since - world_.truth().body[machine].resumed < 2 * detection())
        return false;
      trouble.until =
          trouble.since + world_.random().between(1us, world_.plan().longest_stumble(machine));
      world_.hiccup(machine);
      return true;
    case Fault::pause:
      if (!free) return false;
      trouble.until =
          trouble.since + world_.random().between(detection() * 6 / 10, detection() * 12);
      world_.pause(machine);
      return true;
    case Fault::crash:
    case Fault::killed:
    case Fault::power_loss:
    case Fault::stop:
      return free && begin_down(trouble);
    case Fault::own_fault:
      if (!free) return false;
      world_.set_fault(machine,
                       world_.random().chance(300) ? heartbeat::FaultClass::degraded
                                                   : heartbeat::FaultClass::faulty,
                       world_.truth().body[machine].penalty);
      return true;
    case Fault::weight:
      if (!free) return false;
      world_.set_fault(machine, world_.truth().body[machine].fault,
                       static_cast<std::uint16_t>(1 + world_.random().below(150)));
      return true;
    case Fault::order:
    case Fault::promote:
    case Fault::failback:
    case Fault::reset:
    case Fault::reconfigure:
      trouble.until = trouble.since;
      if (free) command(trouble);
      return free;
    case Fault::slow_addresses:
      if (free) world_.slow_addresses(machine, true);
      return free;
    case Fault::refused_addresses:
      if (free) world_.refuse_addresses(machine, true);
      return free;
    case Fault::broken_store:
      if (free) world_.break_store(machine, true);
      return free;
    case Fault::witness_down:
    case Fault::witness_slow:
    case Fault::witness_cut:
      return begin_at_witness(trouble);
    case Fault::clone:
      return free && begin_clone(machine);
  }
  return false;
}

bool Mischief::begin_clone(std::size_t machine) {
  if (world_.truth().body[world_.clone()].exists) return false;
  world_.add_clone(machine);
  return true;
}

bool Mischief::begin_at_witness(Trouble& trouble) {
  const std::size_t witnesses = world_.plan().witnesses;
  const bool busy = std::any_of(troubles_.begin(), troubles_.end(),
                                [&](const Trouble& other) { return other.fault == trouble.fault; });
  if (witnesses == 0 || busy) return false;
  trouble.other = world_.random().below(witnesses);
  if (trouble.fault == Fault::witness_down)
    world_.stop_witness(trouble.other);
  else if (trouble.fault == Fault::witness_slow)
    world_.slow_witness(trouble.other, true);
  else
    world_.cut_witness(trouble.other, trouble.machine, true);
  return true;
}

// Operators are never tired.
void Mischief::command(const Trouble& trouble) {
  using Wish = heartbeat::event::FailbackRequested::Wish;
  static constexpr std::array<Wish, 3> kWishes{Wish::on, Wish::off, Wish::now};
  Random& random = world_.random();
  const std::size_t machine = trouble.machine;
  switch (trouble.fault) {
    case Fault::order: {
      const NodeId other = world_.plan().node[trouble.other].policy.self;
      return world_.order_failover(machine, random.chance(400) ? other : NodeId());
    }
    case Fault::promote:
      return world_.promote(machine, random.chance(200));
    case Fault::failback:
      return world_.fail_back(machine, random.pick(kWishes));
    case Fault::reset:
      return world_.reset(machine);
    default:
      return world_.reconfigure(machine, redrawn_policy(random, world_.plan(), machine));
  }
}

bool Mischief::begin_on_cables(Trouble& trouble) {
  Random& random = world_.random();
  if (trouble.fault == Fault::withhold) {
    world_.note("*", "the attacker keeps letters back");
    world_.network().withhold(+1);
    world_.disturb(+1, 0ns);
    return true;
  }
  if (trouble.fault == Fault::replay) {
    trouble.until = trouble.since;
    world_.network().release(trouble.since, 1 + random.below(64));
    return true;
  }
  trouble.amount = static_cast<int>(50 + random.below(550));
  trouble.group = 1 + static_cast<std::uint32_t>(random.below((1U << world_.plan().nodes) - 2));
  world_.note("*", std::string("trouble on the cables: ") + name_of(trouble.fault) + " at " +
                       world_.plan().name_of_machine(trouble.machine, trouble.machine) + "-" +
                       world_.plan().name_of_machine(trouble.other, trouble.other));
  change_cables(trouble, +1);
  return true;
}

bool Mischief::begin_down(Trouble& trouble) {
  switch (trouble.fault) {
    case Fault::crash:
      world_.crash(trouble.machine);
      break;
    case Fault::killed:
      world_.kill(trouble.machine);
      break;
    case Fault::power_loss:
      world_.lose_power(trouble.machine);
      break;
    default:
      world_.stop(trouble.machine);
      break;
  }
  return true;
}

void Mischief::end(const Trouble& trouble) {
  for (Trouble& other : troubles_) other.alone = false;
  if (trouble.fault == Fault::withhold) {
    world_.note("*", "the attacker lets go");
    world_.network().withhold(-1);
    world_.network().release(world_.truth().now, 96);
    return world_.end_disturbance();
  }
  if (trouble.fault <= Fault::partition) {
    world_.note("*", std::string("the cables recover from ") + name_of(trouble.fault));
    return change_cables(trouble, -1);
  }
  end_at_machine(trouble);
}

void Mischief::end_at_machine(const Trouble& trouble) {
  const std::size_t machine = trouble.machine;
  const Body& body = world_.truth().body[machine];
  switch (trouble.fault) {
    case Fault::hiccup:
      return world_.end_hiccup(machine);
    case Fault::pause:
      return world_.resume(machine);
    case Fault::crash:
    case Fault::killed:
    case Fault::power_loss:
      return world_.start(machine);
    case Fault::stop:
      if (body.running) world_.lose_power(machine);
      return world_.start(machine);
    case Fault::own_fault:
      return world_.set_fault(machine, heartbeat::FaultClass::none, body.penalty);
    case Fault::weight:
      return world_.set_fault(machine, body.fault, 0);
    case Fault::slow_addresses:
      return world_.slow_addresses(machine, false);
    case Fault::refused_addresses:
      return world_.refuse_addresses(machine, false);
    case Fault::broken_store:
      return world_.break_store(machine, false);
    case Fault::witness_down:
      return world_.restart_witness(trouble.other);
    case Fault::witness_slow:
      return world_.slow_witness(trouble.other, false);
    case Fault::witness_cut:
      return world_.cut_witness(trouble.other, machine, false);
    case Fault::clone:
      return end_clone(trouble);
    default:
      return;
  }
}

void Mischief::end_clone(const Trouble& trouble) {
  const Duration enough = world_.plan().longest_listen() + 6 * detection();
  if (trouble.alone && world_.truth().now - trouble.since > enough)
    world_.checkers().freshness.demand_duplicate_report(trouble.machine);
  // Superseded instances stay superseded (E15): the original must start again.
  world_.lose_power(trouble.machine);
  world_.remove_clone();
  world_.start(trouble.machine);
}

void Mischief::change_cables(const Trouble& trouble, int sign) {
  const Plan& plan = world_.plan();
  for (std::size_t from = 0; from < plan.nodes; ++from) {
    for (std::size_t to = 0; to < plan.nodes; ++to) {
      const bool forth = from == trouble.machine && to == trouble.other;
      const bool back = from == trouble.other && to == trouble.machine && trouble.both_ways;
      const bool everywhere = trouble.both_ways && from != to;
      const bool across = ((trouble.group >> from) & 1) != ((trouble.group >> to) & 1);
      for (std::size_t path = 0; path < plan.paths; ++path) {
        Link& link = world_.network().link(from, to, path);
        if (trouble.fault == Fault::loss && (forth || everywhere))
          link.loss += sign * trouble.amount;
        if (trouble.fault == Fault::duplication && (forth || everywhere))
          link.duplication += sign * trouble.amount;
        if (trouble.fault == Fault::jitter && (forth || everywhere))
          link.jitter += sign * trouble.amount * plan.node[0].policy.interval / 500;
        if (trouble.fault == Fault::path_cut && path == trouble.path && (forth || back))
          link.cuts += sign;
        if (trouble.fault == Fault::one_way_cut && forth) link.cuts += sign;
        if (trouble.fault == Fault::partition && across) link.cuts += sign;
      }
    }
  }
  world_.cables_changed();
}

}  // namespace flywall::simulation
