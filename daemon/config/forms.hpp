// Texts with a form of their own: web addresses, cron lines, rates, commands, networks.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.hpp"

namespace flywall::config {

// "scheme://[user:password@]host[:port][/…]" with one of `schemes`, without blanks.
bool is_url(std::string_view text, std::span<const std::string_view> schemes);

// Between "://" and "@": a user name and a password; empty when there is none.
std::string_view credentials_of(std::string_view url);

// Five fields (minute hour day month weekday) of numbers, names, "*", ranges, steps and lists; or
// @hourly, @daily, @weekly, @monthly, @yearly.
bool is_cron(std::string_view text);

// Bytes per second: "1500000", "10MB", "512KiB/s", "8Mbit". Nullopt: not of this form.
std::optional<std::int64_t> parse_rate(std::string_view text);

// Words at blanks. Nullopt: a sign in it would mean something to a shell, or it has no word.
std::optional<std::vector<std::string>> split_command(std::string_view text);

// "10.0.0.0/24", "default". Nullopt: not of this form, or bits are set behind the length.
std::optional<Prefix> parse_network(std::string_view text);

}  // namespace flywall::config
