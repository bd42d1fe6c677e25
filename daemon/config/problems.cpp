#include <algorithm>

#include "daemon/config/diagnostic.hpp"

namespace flywall::config {

void Problems::error(Place place, std::string message) {
  if (++errors_ < kMaxErrors)
    add({Severity::error, place, std::move(message)});
  else if (errors_ == kMaxErrors)
    add({Severity::error, place, "too many errors: the others are not shown"});
}

void Problems::warn(Place place, std::string message) {
  if (++warnings_ < kMaxWarnings)
    add({Severity::warning, place, std::move(message)});
  else if (warnings_ == kMaxWarnings)
    add({Severity::warning, place, "too many warnings: the others are not shown"});
}

// In the order of the text; of one place, in the order of finding.
void Problems::add(Diagnostic diagnostic) {
  const auto behind = std::ranges::upper_bound(
      found_, diagnostic.place.at, {}, [](const Diagnostic& each) { return each.place.at; });
  found_.insert(behind, std::move(diagnostic));
}

}  // namespace flywall::config
