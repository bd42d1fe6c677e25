#include "daemon/control/openapi.hpp"

#include "daemon/control/json_answer.hpp"
#include "daemon/control/routes.hpp"

namespace flywall::control {

namespace {

Json property(const char* name, const char* type) { return {{name, {{"type", type}}}}; }

// The keys of the body, all of them optional; nothing: it takes none.
Json body_of(Operation operation) {
  switch (operation) {
    case Operation::failover:
      return property("to", "string");
    case Operation::promote:
      return property("force", "boolean");
    case Operation::failback: {
      Json keys = property("enabled", "boolean");
      keys.update(property("now", "boolean"));
      return keys;
    }
    case Operation::status:
    case Operation::cluster:
    case Operation::history:
    case Operation::reset:
    case Operation::reload:
    case Operation::configuration:
    case Operation::metrics:
    case Operation::quorum:
    case Operation::replication_status:
    case Operation::replication_stats:
    case Operation::replication_peers:
    case Operation::replication_lag:
    case Operation::health:
    case Operation::openapi:
    case Operation::not_built:
      break;
  }
  return nullptr;
}

Json parameter(const char* name, const char* type) {
  return {{"name", name}, {"in", "query"}, {"required", false}, {"schema", {{"type", type}}}};
}

Json error_response(const char* description) {
  return {
      {"description", description},
      {"content", {{"application/json", {{"schema", {{"$ref", "#/components/schemas/Error"}}}}}}}};
}

Json responses_of(const Route& route) {
  Json responses = Json::object();
  if (route.operation == Operation::not_built)
    responses["501"] = error_response("a later version brings it");
  else
    responses["200"] = {{"description", route.summary},
                        {"content", {{"application/json", Json::object()}}}};
  if (route.access == Access::write) responses["403"] = error_response("the caller may not");
  responses["default"] = error_response("refused, or not possible now");
  return responses;
}

Json described(const Route& route) {
  Json result{{"summary", route.summary}};
  if (route.operation == Operation::history)
    result["parameters"] =
        Json::array({parameter("limit", "integer"), parameter("kind", "string")});
  if (Json keys = body_of(route.operation); !keys.is_null())
    result["requestBody"] = {
        {"content",
         {{"application/json", {{"schema", {{"type", "object"}, {"properties", keys}}}}}}}};
  if (route.access == Access::write)
    result["security"] = Json::array({Json::object(), {{"token", Json::array()}}});
  result["responses"] = responses_of(route);
  return result;
}

std::string key_of(std::string_view method) {
  std::string text(method);
  for (char& c : text) c = static_cast<char>(c | 0x20);
  return text;
}

Json error_schema() {
  Json keys = property("code", "string");
  keys.update(property("message", "string"));
  return {{"type", "object"},
          {"properties", {{"error", {{"type", "object"}, {"properties", std::move(keys)}}}}}};
}

}  // namespace

Answer openapi_answer() {
  Json paths = Json::object();
  for (const Route& route : routes())
    paths[std::string(route.path)][key_of(route.method)] = described(route);
  const Json token{{"type", "http"}, {"scheme", "bearer"}};
  return answer(
      200, {{"openapi", "3.0.3"},
            {"info", {{"title", "Flywall HA"}, {"version", "1"}}},
            {"paths", std::move(paths)},
            {"components",
             {{"securitySchemes", {{"token", token}}}, {"schemas", {{"Error", error_schema()}}}}}});
}

}  // namespace flywall::control
