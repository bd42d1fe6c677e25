// The JSON of the API (docs/api.md), made of values. What has no meaning in this version is null or
// false, never invented. Keys carry units.
#pragma once

#include <cstdint>
#include <optional>
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
// The kind of entry that history calls `name`: "split_brain".
std::optional<processes::Happening> happening_named(std::string_view name);
// Newest first, as they come.
Answer history_answer(std::span<const StoredEntry> entries);
Answer health_answer(const View& view);
// Who votes, and whether there is a majority.
Answer quorum_answer(const View& view);
// 501 for what a later version brings.
Answer not_built_answer(std::string_view path);

}  // namespace flywall::control
