// Which parts of a configuration text are never shown to anybody.
//
// Works on broken text as well: it does not parse, it only looks for the name that governs a value.
// A value is shown only below a name that the schema knows and does not call secret; strings below
// an unknown name stay hidden (a misspelt secret_key is the likely case), comments always (people
// comment out old secrets).
#pragma once

#include <string_view>
#include <vector>

#include "daemon/config/diagnostic.hpp"

namespace flywall::config {

// What stands in the place of a secret, whatever its length.
inline constexpr std::string_view kMask = "********";

// What may be shown of what stands below a name.
enum class Showing : std::uint8_t { everything, no_text, nothing };
Showing showing_below(std::string_view name);

// In ascending order, not overlapping.
std::vector<Hidden> hidden_stretches(std::string_view text);
std::vector<Hidden> hidden_in_yaml(std::string_view text);

}  // namespace flywall::config
