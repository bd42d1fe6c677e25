// Drives a world through one schedule: start, settle, faults as the plan's mix allows, then
// everything is mended and one primary is demanded.
#pragma once

#include <vector>

#include "tests/simulation/world.hpp"

namespace flywall::simulation {

class Mischief {
 public:
  explicit Mischief(World& world) : world_(world) {}

  void run();

 private:
  // A fault that lasts.
  struct Trouble {
    Fault fault = Fault::loss;
    Moment since{};
    Moment until{};
    std::size_t machine = 0;  // or the one end of a pair
    std::size_t other = 0;    // the other end
    std::size_t path = 0;
    std::uint32_t group = 0;  // of a partition: bit per node
    int amount = 0;
    bool both_ways = false;
    bool alone = true;  // no other fault began or ended meanwhile
  };

  void start_all();
  void make_trouble();
  void end_due_troubles(Moment until);
  void end_all_troubles();

  void begin(Trouble trouble);
  bool begin_at_machine(Trouble& trouble);
  bool begin_clone(std::size_t machine);
  bool begin_at_witness(Trouble& trouble);
  void command(const Trouble& trouble);
  bool begin_on_cables(Trouble& trouble);
  bool begin_down(Trouble& trouble);
  void end(const Trouble& trouble);
  void end_at_machine(const Trouble& trouble);
  void change_cables(const Trouble& trouble, int sign);
  void end_clone(const Trouble& trouble);

  bool is_busy(std::size_t machine) const;
  Duration detection() const { return world_.plan().longest_detection(); }

  World& world_;
  std::vector<Trouble> troubles_;
};

}  // namespace flywall::simulation
