// "Did you mean": the allowed name that a misspelt one resembles.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace flywall::config {

// Insertions, deletions, changes and swaps of neighbours that turn `a` into `b`; upper case and '-'
// for '_' cost nothing. Names longer than 64 bytes resemble nothing.
std::size_t distance(std::string_view a, std::string_view b);

// The nearest of `names`, when it is near enough that it is probably meant; the first of equals.
std::optional<std::string_view> nearest(std::string_view written,
                                        std::span<const std::string_view> names);

}  // namespace flywall::config
