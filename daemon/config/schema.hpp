// Every name a configuration may hold: one table, read by the binder, the masking of secrets, the
// "did you mean", the reference in docs/configuration.md, `render_effective` and `difference`.
//
// Each row says three things besides its type: the way of a value into the Config and back, how far
// it is built (`State`), and what a reload makes of a change (`restart`). Building a setting means
// striking `.accepted(…)` or `.refused(…)` from its row; nothing else in this folder changes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "daemon/config/config.hpp"

namespace flywall::config {

enum class Kind : std::uint8_t {
  flag,        // true, false
  integer,     // whole number, min..max
  duration,    // seconds or "10ms", min..max in nanoseconds
  rate,        // bytes per second, min..max, or "10MB", "8Mbit"
  text,        // min..max bytes, no control characters
  texts,       // list of them, at most kMaxListed
  name,        // letters, digits, '.', '_', '-'; min..max bytes
  path,        // absolute
  paths,       // list of them
  command,     // argument vector, or text that is split at blanks; no shell
  interface,   // name of a network interface
  interfaces,  // list of them
  address,     // "10.0.0.1", "fe80::1"
  addresses,   // list of them
  hosts,       // list of host names or addresses, min..max of them
  host_port,   // "host", "host:port"; with a port when min is 1
  host_ports,  // list of them
  listen,      // "address:port", ":port"; "" as well when min is 0
  prefix,      // "10.0.0.100/24"
  network,     // "10.0.0.0/24", "default"
  networks,    // list of them
  mac,         // "02:00:00:00:00:01"
  url,         // http, https, redis; may hold a password: shown without it
  web_url,     // http, https; no password
  node_urls,   // object: node id = web_url
  cron,        // five fields, or @daily
  choice,      // one of `choices`
  words,       // list of some of `choices`, each once
  secret,      // text that is never shown
};

inline constexpr std::size_t kMaxListed = 64;  // elements of any list

// One word that a `choice` allows. Not built: known, and refused by name, with advice.
struct Choice {
  std::string_view word;
  std::uint8_t value = 0;  // of the enumeration in config.hpp
  bool built = true;
  std::string_view advice = {};  // what to write instead
};

struct Type {
  Kind kind = Kind::text;
  std::int64_t min = 0;
  std::int64_t max = 0;
  std::span<const Choice> choices = {};
};

// A value that has passed the checks of its type.
using Checked = std::variant<bool, std::int64_t, Duration, std::string, HostPort, IpAddress, Prefix,
                             MacAddress, Secret, std::vector<std::string>, std::vector<HostPort>,
                             std::vector<IpAddress>, std::vector<Prefix>, std::vector<NodeUrl>>;

// Between a value and its field. `index` counts the blocks of a section that may stand several
// times. `show` gives nothing for what is not set.
struct Access {
  void (*store)(Config&, std::size_t index, Checked&&) = nullptr;
  std::optional<Checked> (*show)(const Config&, std::size_t index) = nullptr;
};

enum class State : std::uint8_t {
  built,
  accepted,  // checked; a value other than the default gives a warning: it has no effect
  refused,   // checked; a value other than the default is an error: ignoring it would be dangerous
};

struct Setting {
  std::string_view name;
  Type type;
  std::string_view standard;  // the default as one would write it; "required", or "–" for none
  std::string_view meaning;
  Access access;
  State state = State::built;
  std::string_view note = {};     // what ignoring it means, for `accepted` and `refused`
  std::string_view restart = {};  // why a change needs one; empty: a reload applies it

  bool required() const { return standard == "required"; }

  constexpr Setting accepted(std::string_view why = {}) const { return with(State::accepted, why); }
  constexpr Setting refused(std::string_view why) const { return with(State::refused, why); }
  constexpr Setting restarts(std::string_view why) const {
    Setting result = *this;
    result.restart = why;
    return result;
  }

 private:
  constexpr Setting with(State changed, std::string_view why) const {
    Setting result = *this;
    result.state = changed;
    result.note = why;
    return result;
  }
};

enum class Times : std::uint8_t { once, any };

// How many blocks of a kind a Config holds, one more, and what distinguishes one from another.
struct Row {
  void (*open)(Config&, std::string_view label) = nullptr;
  std::size_t (*count)(const Config&) = nullptr;
  std::string (*key)(const Config&, std::size_t index) = nullptr;  // the label, when it has one
};

struct Section {
  std::string_view name;
  std::string_view label;  // what the label says; empty: the block has none
  Times times = Times::once;
  std::string_view meaning;
  std::span<const Setting> settings = {};
  std::span<const Section> sections = {};
  Row row = {};  // of one that may stand several times
  State state = State::built;
  std::string_view note = {};

  constexpr Section accepted(std::string_view why = {}) const { return with(State::accepted, why); }
  constexpr Section refused(std::string_view why) const { return with(State::refused, why); }

 private:
  constexpr Section with(State changed, std::string_view why) const {
    Section result = *this;
    result.state = changed;
    result.note = why;
    return result;
  }
};

// The top level of a file.
const Section& schema();

// "a whole number from 1 to 255", for messages and for the reference.
std::string expectation(const Type& type);

// "100ms", "1min", "5min", "1h": the largest unit that gives a whole number.
std::string duration_text(Duration duration);

}  // namespace flywall::config
