// Reads the daemon's JSON leniently: what a daemon of another version lacks is "-", never an
// accident.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace flywall::cli {

using Json = nlohmann::ordered_json;

// Null when `object` is none or has no such key.
const Json& at(const Json& object, const char* key);
std::string text(const Json& value, const char* otherwise = "-");
std::string text(const Json& object, const char* key, const char* otherwise);
bool is_true(const Json& object, const char* key);
std::string words_of_seconds(const Json& value);
std::string ago(const Json& seconds);         // "3 s ago", "never"
std::string milliseconds(const Json& value);  // of a number of milliseconds, in words

}  // namespace flywall::cli
