#include "daemon/config/suggest.hpp"

#include <algorithm>
#include <array>

namespace flywall::config {

namespace {

constexpr std::size_t kMaxName = 64;

char plain(char c) {
  if (c == '-') return '_';
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

std::size_t distance(std::string_view a, std::string_view b) {
  if (a.size() > kMaxName || b.size() > kMaxName) return std::max(a.size(), b.size());
  using Distances = std::array<std::size_t, kMaxName + 1>;
  Distances before_last{}, last{}, row{};
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before_last = last;
    last = row;
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = plain(a[i - 1]) == plain(b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && plain(a[i - 1]) == plain(b[j - 2]) &&
                           plain(a[i - 2]) == plain(b[j - 1]);
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
  }
  return row[b.size()];
}

std::optional<std::string_view> nearest(std::string_view written,
                                        std::span<const std::string_view> names) {
  std::optional<std::string_view> best;
  std::size_t least = std::clamp<std::size_t>(written.size() / 3, 1, 3) + 1;
  for (std::string_view name : names) {
    const std::size_t steps = distance(written, name);
    if (steps >= least) continue;
    least = steps;
    best = name;
  }
  return best;
}

}  // namespace flywall::config
