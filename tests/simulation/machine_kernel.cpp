// What a simulated machine has besides the failover process: a kernel with addresses, a store, and
// scripts.
#include "tests/simulation/machine.hpp"

namespace flywall::simulation {

namespace event = heartbeat::event;

void Machine::ask_addresses(AddressRequest request) {
  address_work_.push_back(request);
  if (address_work_.size() == 1) return start_address_work();
  if (!lingering_ || address_work_due_) return;
  address_work_.front().linger = 0ns;
  start_address_work();
}

void Machine::start_address_work() {
  Duration work = stage_.random.between(stage_.plan.address_time / 2, stage_.plan.address_time);
  if (slow_addresses_) work *= 20;
  lingering_ = address_work_.size() == 1 && address_work_.front().linger > 0ns;
  if (lingering_) work += address_work_.front().linger;
  stage_.agenda.add({.at = now() + work,
                     .subject = ++address_turn_,
                     .life = body().life,
                     .kind = Kind::addresses,
                     .machine = static_cast<std::uint8_t>(index_)});
}

void Machine::finish_address_work() {
  address_work_due_ = false;
  const AddressRequest done = address_work_.front();
  address_work_.pop_front();
  if (!address_work_.empty()) start_address_work();
  switch (done.what) {
    case AddressRequest::What::quiet:
      set_addresses(body().addresses, true);
      return step(event::AddressesQuieted{});
    case AddressRequest::What::tidy:
      return set_addresses(false, false);
    case AddressRequest::What::drop:
      set_addresses(false, false);
      return step(event::AddressesDropped{});
    case AddressRequest::What::take:
      if (refuse_addresses_) return step(event::AddressesRefused{done.epoch});
      set_addresses(true, false);
      return step(event::AddressesTaken{done.epoch});
  }
}

void Machine::set_addresses(bool present, bool quiet) {
  body().addresses = present;
  body().quiet = quiet;
  stage_.checkers.handover.addresses_changed();
}

// The services process and its scripts.
void Machine::prepare() {
  if (scripts_hang_) return;
  const Duration limit = policy().prepare_limit;
  stage_.agenda.add({.at = now() + stage_.random.between(0ns, limit * 5 / 4),
                     .subject = ++preparation_,
                     .life = body().life,
                     .kind = Kind::prepared,
                     .machine = static_cast<std::uint8_t>(index_)});
}

void Machine::finish_preparing() {
  preparation_due_ = false;
  step(event::Prepared{stage_.random.chance(850)});
}

void Machine::reserve_epochs(Epoch up_to) {
  stage_.agenda.add(
      {.at = now() + stage_.random.between(stage_.plan.store_time / 4, stage_.plan.store_time),
       .subject = static_cast<std::uint32_t>(up_to.value),
       .life = body().life,
       .kind = Kind::store,
       .machine = static_cast<std::uint8_t>(index_)});
}

}  // namespace flywall::simulation
