#include "daemon/cli/monitor_frame.hpp"

#include <algorithm>

#include "daemon/cli/lenient.hpp"
#include "daemon/cli/render.hpp"
#include "daemon/control/words.hpp"

namespace flywall::cli {

namespace {

using Lines = std::vector<std::string>;

constexpr std::size_t kMostAddresses = 6;
constexpr std::size_t kMostMonitors = 6;
constexpr std::size_t kMostWarnings = 4;
constexpr std::size_t kFewestEvents = 3;

void append(Lines& lines, const std::string& text) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
}

void add_table(Lines& lines, const std::vector<Row>& rows, const Style& style) {
  if (rows.size() < 2) return;
  lines.emplace_back();
  append(lines, columns(rows, " ", style));
}

void add_why(Lines& lines, const std::string& why, std::size_t width) {
  std::string line;
  for (std::size_t begin = 0; begin < why.size();) {
    const std::size_t end = std::min(why.find(' ', begin), why.size());
    const std::string word = why.substr(begin, end - begin);
    if (!line.empty() && line.size() + 1 + word.size() + 1 > width) {
      lines.push_back(line);
      line.clear();
    }
    line += (line.empty() ? " " : " ") + word;
    begin = end + 1;
  }
  if (!line.empty()) lines.push_back(line);
}

void add_nodes(Lines& lines, const Json& status, const Style& style) {
  std::vector<Row> rows{{"NODE", "STATE", "PRIORITY", "EPOCH", "FAULT", "HEARD", "ROUND TRIP"}};
  rows.push_back({text(status, "node_id", "?") + " *",
                  paint_role(text(status, "role", "unknown"), style),
                  text(status, "effective_priority", "-"), text(status, "epoch", "-"),
                  text(status, "fault", "-"), "", ""});
  if (const Json& peers = at(status, "peers"); peers.is_array())
    for (const Json& peer : peers)
      rows.push_back({text(peer, "node_id", "?"),
                      is_true(peer, "alive") ? paint_role(text(peer, "role", "-"), style)
                                             : style.bad("silent"),
                      text(peer, "effective_priority", "-"), text(peer, "epoch", "-"),
                      text(peer, "fault", "-"), ago(at(peer, "last_heard_seconds")),
                      milliseconds(at(peer, "round_trip_ms"))});
  add_table(lines, rows, style);
}

void add_paths(Lines& lines, const Json& status, const Style& style) {
  std::vector<Row> rows{{"PATH", "TO", "STATE", "LOSS", "ROUND TRIP", "SENT", "RECEIVED"}};
  const Json& peers = at(status, "peers");
  if (!peers.is_array()) return;
  for (const Json& peer : peers) {
    const Json& paths = at(peer, "paths");
    if (!paths.is_array()) continue;
    for (const Json& path : paths) {
      const Json& loss = at(path, "loss_percent");
      const bool loses = loss.is_number() && loss.get<double>() > 0;
      const std::string percent = text(loss) + " %";
      rows.push_back({text(path, "remote", "?"), text(peer, "node_id", "?"),
                      is_true(path, "alive") ? style.good("alive") : style.bad("silent"),
                      loses ? style.warn(percent) : percent,
                      milliseconds(at(path, "round_trip_ms")), text(path, "sent", "-"),
                      text(path, "received", "-")});
    }
  }
  add_table(lines, rows, style);
}

void add_addresses(Lines& lines, const Json& status, const Style& style) {
  const Json& list = at(status, "virtual_ips");
  if (!list.is_array() || list.empty()) return;
  const bool leads = is_true(status, "is_leader");
  std::vector<Row> rows{{"VIRTUAL IP", "INTERFACE", "HERE"}};
  std::size_t held = 0;
  for (const Json& address : list) {
    const bool here = is_true(address, "held");
    held += here ? 1 : 0;
    if (rows.size() > kMostAddresses) continue;
    const std::string word = here ? "yes" : "no";
    rows.push_back({text(address, "address", "?"), text(address, "interface", "?"),
                    here != leads ? style.bad(word)
                    : here        ? style.good(word)
                                  : word});
  }
  add_table(lines, rows, style);
  if (list.size() > kMostAddresses)
    lines.push_back(" " + std::to_string(held) + " of " + std::to_string(list.size()) +
                    " virtual IPs are here");
}

void add_monitors(Lines& lines, const Json& status, const Style& style) {
  const Json& list = at(status, "monitors");
  if (!list.is_array()) return;
  std::vector<Row> rows{{"MONITOR", "STATE", "WEIGHT", "FOR", "WHAT"}};
  for (const bool down : {true, false})  // what is wrong comes first
    for (const Json& monitor : list) {
      const std::string state = text(monitor, "state", "unknown");
      if ((state == "down") != down || rows.size() > kMostMonitors) continue;
      rows.push_back({text(monitor, "kind", "?") + " " + text(monitor, "name", "?"),
                      down            ? style.bad(state)
                      : state == "up" ? style.good(state)
                                      : state,
                      text(monitor, "weight", "-"), words_of_seconds(at(monitor, "since_seconds")),
                      text(monitor, "detail", "")});
    }
  add_table(lines, rows, style);
}

void add_warnings(Lines& lines, const Json& status, const Style& style) {
  const Json& list = at(status, "warnings");
  if (!list.is_array() || list.empty()) return;
  lines.emplace_back();
  for (std::size_t i = 0; i < std::min(list.size(), kMostWarnings); ++i)
    lines.push_back(" " + style.warn("! ") + text(list[i]));
  if (list.size() > kMostWarnings)
    lines.push_back(" " + style.warn("! ") + std::to_string(list.size() - kMostWarnings) +
                    " more: flywall ha status");
}

Lines events(const MonitorView& view, const Style& style) {
  const Json& list = at(view.history, "history");
  if (!list.is_array()) return {};
  std::vector<Row> rows{{"AGO", "EVENT", "WHAT"}};
  for (const Json& entry : list) {
    const Json& at_ms = at(entry, "at_ms");
    const std::int64_t age = at_ms.is_number() ? view.wall_ms - at_ms.get<std::int64_t>() : 0;
    rows.push_back({control::in_words(std::chrono::milliseconds(age)), text(entry, "event", "-"),
                    what_happened(entry)});
  }
  Lines lines;
  add_table(lines, rows, style);
  return lines;
}

// Cuts after so many characters on the screen; colours that are open then are closed.
std::string cut(const std::string& line, std::size_t width) {
  std::size_t shown = 0;
  bool coloured = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\033') {
      i = std::min(line.find('m', i), line.size() - 1);
      coloured = true;
      continue;
    }
    if ((static_cast<unsigned char>(line[i]) & 0xc0) == 0x80) continue;
    if (shown == width) return line.substr(0, i) + (coloured ? "\033[0m" : "");
    ++shown;
  }
  return line;
}

std::string title(const MonitorView& view, const Style& style) {
  std::string line = style.strong("flywall ha monitor") + "  cluster " +
                     text(view.status, "cluster_id", "?") + "  " + control::iso_time(view.wall_ms);
  if (!view.trouble.empty()) line += "  " + style.bad(view.trouble);
  return line;
}

}  // namespace

std::vector<std::string> monitor_frame(const MonitorView& view, const ScreenSize& size,
                                       const Style& style) {
  Lines lines{title(view, style)};
  if (view.status.is_object() && !view.status.empty()) {
    add_why(lines, text(view.status, "why", ""), size.columns);
    add_nodes(lines, view.status, style);
    add_paths(lines, view.status, style);
    add_addresses(lines, view.status, style);
    add_monitors(lines, view.status, style);
    add_warnings(lines, view.status, style);
  }
  const std::size_t rows = std::max<std::size_t>(size.rows, 2);
  const std::size_t body = rows - 1;  // the last line says how to leave
  const Lines happened = events(view, style);
  const std::size_t fewest = std::min(happened.size(), kFewestEvents + 2);
  if (lines.size() + fewest > body)
    lines.resize(std::max<std::size_t>(body - std::min(body, fewest), 1));
  for (const std::string& line : happened)
    if (lines.size() < body) lines.push_back(line);
  lines.resize(body);
  lines.push_back(style.faint("q leaves"));
  for (std::string& line : lines) line = cut(line, size.columns);
  return lines;
}

}  // namespace flywall::cli
