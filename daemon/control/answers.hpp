// The JSON of the API (docs/api.md), made of values. What has no meaning in this version is null or
// false, never invented. Keys carry units.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "daemon/control/request.hpp"
#include "daemon/control/view.hpp"
#include "daemon/processes/messages.hpp"

namespace flywall::control {

struct StoredEntry {
  std::int64_t id = 0;  // grows with time; zero when not stored on disk (yet)
  processes::HistoryEntry entry;
};

Answer status_answer(const View& view);
Answer cluster_answer(const View& view);
// Newest first, as they come.
Answer history_answer(std::span<const StoredEntry> entries);
Answer health_answer(const View& view);
// 202 when accepted; else 409 with the code that the command line turns into an exit code.
Answer failover_answer(const processes::message::CommandAnswer& answer);

// Nothing when the body of a command without parameters is acceptable: empty or {}.
std::optional<Answer> refuse_parameters(std::string_view body);

}  // namespace flywall::control
