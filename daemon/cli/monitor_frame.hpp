// One picture of `flywall ha monitor`: nodes, paths with loss and round trip, addresses, monitors,
// warnings and the last events, cut to the size of the screen. Pure: values in, lines out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "daemon/cli/style.hpp"

namespace flywall::cli {

struct MonitorView {
  nlohmann::ordered_json status;   // GET /api/ha/status; of the last time it answered
  nlohmann::ordered_json history;  // GET /api/ha/history
  std::string trouble;             // why there is nothing newer; empty when all is well
  std::int64_t wall_ms = 0;
};

struct ScreenSize {
  std::size_t columns = 80;
  std::size_t rows = 24;
};

// At most `rows` lines of at most `columns` characters each (colour codes take none). The events
// get the room that the rest leaves.
std::vector<std::string> monitor_frame(const MonitorView& view, const ScreenSize& size,
                                       const Style& style);

}  // namespace flywall::cli
