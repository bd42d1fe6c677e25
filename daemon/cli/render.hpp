// The API's answers as a person reads them at three in the morning: what, why, since when, and what
// is wrong. Reads JSON leniently: a daemon of another version may lack a key.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "daemon/cli/style.hpp"

namespace flywall::cli {

std::string render_status(const nlohmann::ordered_json& status, const Style& style);
std::string render_cluster(const nlohmann::ordered_json& cluster, const Style& style);
// `wall_ms`: now, for ages.
std::string render_history(const nlohmann::ordered_json& history, std::int64_t wall_ms,
                           const Style& style);

std::string render_replication(const nlohmann::ordered_json& answer, const Style& style);

// Parts of these, for other views.
std::string paint_role(const std::string& role, const Style& style);
std::string what_happened(const nlohmann::ordered_json& entry);

// YAML 1.2; every string that is not plainly a word is quoted.
std::string to_yaml(const nlohmann::ordered_json& value);

}  // namespace flywall::cli
