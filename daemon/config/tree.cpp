#include "daemon/config/tree.hpp"

#include <array>

namespace flywall::config {

std::string_view kind_of(const Value& value) {
  static constexpr std::array<std::string_view, 7> kNames{
      "nothing readable", "null", "true or false", "a number", "text", "a list", "an object"};
  return kNames[value.content.index()];
}

}  // namespace flywall::config
