// Runs the election in thousands of simulated clusters and judges every one of them.
//
//   simulate [--schedules N] [--first-seed N] [--nodes N] [--keep-going]
//       many schedules; the first violation ends it with its seed
//   simulate --seed N [--nodes N]
//       one schedule, told in words
//   simulate --bench
//       core steps per second of one core
//   simulate --mutants DIRECTORY [--schedules N]
//       every planted mutant there must be caught
//
// Exit: 0 good, 1 a checker objected (or a mutant survived), 2 usage.
#include "tests/simulation/simulate.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <optional>
#include <string>

#include "tests/simulation/mischief.hpp"
#include "tests/simulation/mutants.hpp"

namespace flywall::simulation {
namespace {

constexpr std::uint64_t kRepeatEvery = 97;  // every so many schedules one is run twice, to compare
constexpr std::uint64_t kBenchSchedules = 1500;

struct Options {
  std::uint64_t schedules = 20000;
  std::uint64_t first_seed = 1;
  std::optional<std::uint64_t> seed;
  std::size_t nodes = 0;
  bool bench = false;
  bool keep_going = false;
  std::string mutants;
};

std::optional<Options> parse(int count, char** words) {
  Options options;
  for (int i = 1; i < count; ++i) {
    const std::string word = words[i];
    if (word == "--keep-going") {
      options.keep_going = true;
      continue;
    }
    if (word == "--bench") {
      options.bench = true;
      continue;
    }
    if (i + 1 == count) return std::nullopt;
    const char* value = words[++i];
    if (word == "--schedules")
      options.schedules = std::strtoull(value, nullptr, 10);
    else if (word == "--first-seed")
      options.first_seed = std::strtoull(value, nullptr, 10);
    else if (word == "--seed")
      options.seed = std::strtoull(value, nullptr, 10);
    else if (word == "--nodes")
      options.nodes = std::strtoull(value, nullptr, 10);
    else if (word == "--mutants")
      options.mutants = value;
    else
      return std::nullopt;
  }
  if (options.nodes == 1 || options.nodes > kMaxNodes) return std::nullopt;
  return options;
}

// Of this process on its one core, whatever else the machine does.
double processor_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

void print(const Violation& violation, const Plan& plan) {
  std::printf(
      "VIOLATION of %s in seed %llu at %.3f ms: %s\n  %s\n  replay: simulate --seed %llu --nodes "
      "%zu\n",
      violation.rule.c_str(), static_cast<unsigned long long>(plan.seed),
      static_cast<double>(violation.at.time_since_epoch().count()) / 1e6, violation.what.c_str(),
      plan.describe().c_str(), static_cast<unsigned long long>(plan.seed), plan.nodes);
}

int replay(World& world, std::uint64_t seed, std::size_t nodes) {
  const Plan plan = draw_plan(seed, nodes);
  std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed), plan.describe().c_str());
  world.begin(plan, [](const std::string& line) { std::printf("%s\n", line.c_str()); });
  Mischief(world).run();
  std::printf("%llu core steps, transcript hash %016llx\n",
              static_cast<unsigned long long>(world.steps()),
              static_cast<unsigned long long>(world.hash()));
  if (!world.violation()) return 0;
  print(*world.violation(), plan);
  return 1;
}

bool is_repeatable(World& world, const Plan& plan) {
  const std::uint64_t first = world.hash();
  world.begin(plan);
  Mischief(world).run();
  if (world.hash() == first) return true;
  std::printf("VIOLATION of determinism in seed %llu\n",
              static_cast<unsigned long long>(plan.seed));
  return false;
}

int run_many(World& world, const Options& options) {
  const double start = processor_seconds();
  std::uint64_t violations = 0;
  for (std::uint64_t i = 0; i < options.schedules; ++i) {
    const Plan plan = draw_plan(options.first_seed + i, options.nodes);
    world.begin(plan);
    Mischief(world).run();
    if (world.violation()) {
      print(*world.violation(), plan);
      ++violations;
      if (!options.keep_going) return 1;
      continue;
    }
    if (i % kRepeatEvery == 0 && !is_repeatable(world, plan)) return 1;
  }
  const double seconds = processor_seconds() - start;
  const double millions = static_cast<double>(world.steps()) / 1e6;
  std::printf(
      "%llu schedules, %.1f million core steps in %.1f s of one core ("
      "%.2f million a second), %llu "
      "violations\n",
      static_cast<unsigned long long>(options.schedules), millions, seconds, millions / seconds,
      static_cast<unsigned long long>(violations));
  return violations == 0 ? 0 : 1;
}

int bench(World& world) {
  Options options;
  options.schedules = kBenchSchedules;
  return run_many(world, options);
}

}  // namespace

int simulate(int count, char** words) {
  const auto options = parse(count, words);
  if (!options) {
    std::fprintf(stderr,
                 "usage: simulate [--schedules N] [--first-seed N] [--nodes 2..7] [--keep-going]\n"
                 "       simulate --seed N [--nodes N] | --bench | --mutants DIRECTORY\n");
    return 2;
  }
  if (!options->mutants.empty()) return hunt_mutants(options->mutants, options->schedules);
  World world;
  if (options->bench) return bench(world);
  if (options->seed) return replay(world, *options->seed, options->nodes);
  return run_many(world, *options);
}

}  // namespace flywall::simulation
