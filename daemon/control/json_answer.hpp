// How an answer is made of JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "daemon/control/answers.hpp"

namespace flywall::control {

using Json = nlohmann::ordered_json;

// Text that is not UTF-8 is replaced, never refused.
inline Answer answer(unsigned status, const Json& body) {
  return {.status = status,
          .body = body.dump(-1, ' ', false, Json::error_handler_t::replace),
          .allow = {}};
}

inline Json text_or_null(std::string_view text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

}  // namespace flywall::control
