#include "daemon/cli/lenient.hpp"

#include "daemon/control/words.hpp"

namespace flywall::cli {

const Json& at(const Json& object, const char* key) {
  static const Json kNothing;
  if (!object.is_object()) return kNothing;
  const auto found = object.find(key);
  return found == object.end() ? kNothing : *found;
}

std::string text(const Json& value, const char* otherwise) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_null()) return otherwise;
  return value.dump();
}

std::string text(const Json& object, const char* key, const char* otherwise) {
  return text(at(object, key), otherwise);
}

bool is_true(const Json& object, const char* key) {
  return at(object, key).is_boolean() && at(object, key).get<bool>();
}

std::string words_of_seconds(const Json& value) {
  if (!value.is_number()) return "-";
  return control::in_words(
      std::chrono::milliseconds(static_cast<std::int64_t>(value.get<double>() * 1000)));
}

std::string ago(const Json& seconds) {
  return seconds.is_number() ? words_of_seconds(seconds) + " ago" : "never";
}

std::string milliseconds(const Json& value) {
  if (!value.is_number()) return "-";
  return control::in_words(Duration(static_cast<std::int64_t>(value.get<double>() * 1e6)));
}

}  // namespace flywall::cli
