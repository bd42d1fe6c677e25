// A new configuration on its way into the running process.
//
// Everything slow happens before, on the supervising thread: reading, parsing, deriving keys. The
// failover thread swaps prepared values for its own, the address thread takes what it needs, and
// what they no longer need comes back in the same object, to be freed where it was made. There is
// one at a time, and it outlives both threads.
#pragma once

#include <optional>

#include "base/inline_text.hpp"
#include "daemon/failover/address_thread.hpp"
#include "daemon/failover/loop_setting.hpp"
#include "heartbeat/seal.hpp"

namespace flywall::failover {

struct Sealers {
  heartbeat::Sealer heartbeats;
  heartbeat::Sealer votes;
};

struct Reload {
  std::uint64_t petition = 0;  // whose wish it is; zero: a signal
  std::uint32_t changes = 0;
  InlineText<250> outcome;         // for the one who asked
  InlineText<120> remark;          // for history: what needs a restart
  LoopSetting loop;                // afterwards: the former one
  std::optional<Sealers> sealers;  // none: the keys stay
  AddressSetting addresses;
};

}  // namespace flywall::failover
