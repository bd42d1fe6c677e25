// From a value as written to a value of its type, or a located explanation of what is wrong.
#pragma once

#include <optional>
#include <string_view>

#include "daemon/config/schema.hpp"
#include "daemon/config/tree.hpp"

namespace flywall::config {

// `what` is the setting's name, for the message. Nullopt: reported, or Broken (reported before).
// Precondition: `value` is not null.
std::optional<Checked> check_value(std::string_view what, const Type& type, const Value& value,
                                   Problems& problems);

// "10ms", "1.5s", "5m", "1h30m"; units us, ms, s, m (min), h, d. Nullopt: not of this form.
std::optional<Duration> parse_duration(std::string_view text);

}  // namespace flywall::config
