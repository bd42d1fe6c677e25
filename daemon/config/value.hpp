// From a value as written to a value of its type, or a located explanation of what is wrong.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "daemon/config/schema.hpp"
#include "daemon/config/tree.hpp"

namespace flywall::config {

// `what` is the setting's name, for the message. Nullopt: reported, or Broken (reported before).
// Precondition: `value` is not null.
std::optional<Checked> check_value(std::string_view what, const Type& type, const Value& value,
                                   Problems& problems);

// The value as one would write it; of a secret and of a password in an address only a mask.
Value written_value(const Type& type, const Checked& value);

// "host:port", "[::1]:port", ":port", "host".
std::string host_port_text(const HostPort& address);

// "10ms", "1.5s", "5m", "1h30m"; units ns, us, ms, s, m (min), h, d. Nullopt: not of this form.
std::optional<Duration> parse_duration(std::string_view text);

}  // namespace flywall::config
