#include "daemon/failover/outbox.hpp"

namespace flywall::failover {

void Outbox::post(const processes::ToServices& message) {
  if (count_ == kWaiting) {
    first_ = (first_ + 1) % kWaiting;
    --count_;
    ++lost_;
  }
  waiting_[(first_ + count_) % kWaiting] = message;
  ++count_;
}

void Outbox::flush(processes::FailoverEnd& services) {
  while (count_ > 0 && services.send(waiting_[first_])) {
    first_ = (first_ + 1) % kWaiting;
    --count_;
  }
}

void Outbox::forget_conversation() {
  const std::size_t before = count_;
  count_ = 0;
  for (std::size_t i = 0; i < before; ++i) {
    const processes::ToServices& message = waiting_[(first_ + i) % kWaiting];
    if (std::holds_alternative<processes::message::RoleChanged>(message))
      waiting_[(first_ + count_++) % kWaiting] = message;
  }
}

}  // namespace flywall::failover
