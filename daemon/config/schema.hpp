// Every name a configuration may hold: one table, read by the binder, the masking of secrets, the
// "did you mean" and the reference in docs/configuration.md.
//
// A row without a way into the Config (`store`, respectively `open`, is kNotBuilt) is recognised
// and refused as "not built yet". Building it means giving its row that way and a field in
// config.hpp; nothing else in this folder changes.
#pragma once

#include <cstdint>
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
  text,        // min..max bytes, no control characters
  name,        // letters, digits, '.', '_', '-'; min..max bytes
  path,        // absolute
  interface,   // name of a network interface
  interfaces,  // list of them
  hosts,       // list of host names or addresses, min..max of them
  host_port,   // "host", "host:port"
  host_ports,  // list of them
  listen,      // "address:port", ":port"; "" as well when min is 0
  prefix,      // "10.0.0.100/24"
  choice,      // one of `choices`
  secret,      // text that is never shown
  other,       // of settings that are not built: not checked
};

// One word that a `choice` allows.
struct Choice {
  std::string_view word;
  std::uint8_t value = 0;  // of the enumeration in config.hpp
  bool built = true;
};

struct Type {
  Kind kind = Kind::other;
  std::int64_t min = 0;
  std::int64_t max = 0;
  std::span<const Choice> choices = {};
};

// A value that has passed the checks of its type.
using Checked = std::variant<bool, std::int64_t, Duration, std::string, HostPort, Prefix,
                             std::vector<std::string>, std::vector<HostPort>, Secret>;

using Store = void (*)(Config&, Checked&&);
using Open = void (*)(Config&, std::string_view label);
inline constexpr std::nullptr_t kNotBuilt = nullptr;

struct Setting {
  std::string_view name;
  Type type;
  std::string_view standard;  // the default as one would write it; "required", or "–" for none
  std::string_view meaning;
  Store store = kNotBuilt;

  bool required() const { return standard == "required"; }
  bool built() const { return store != kNotBuilt; }
};

enum class Times : std::uint8_t { once, any };

struct Section {
  std::string_view name;
  std::string_view label;  // what the label says; empty: the block has none
  Times times = Times::once;
  std::string_view meaning;
  std::span<const Setting> settings = {};
  std::span<const Section> sections = {};
  Open open = kNotBuilt;

  bool built() const { return open != kNotBuilt; }
};

// The top level of a file.
const Section& schema();

// "a whole number from 1 to 255", for messages and for the reference.
std::string expectation(const Type& type);

// "100ms", "1min", "5min", "1h": the largest unit that gives a whole number.
std::string duration_text(Duration duration);

}  // namespace flywall::config
