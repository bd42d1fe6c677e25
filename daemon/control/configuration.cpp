#include "daemon/control/configuration.hpp"

#include <algorithm>

#include "daemon/config/effective.hpp"
#include "daemon/control/json_answer.hpp"

namespace flywall::control {

namespace {

Json diagnostics_json(const config::Outcome& outcome) {
  Json list = Json::array();
  for (const config::Diagnostic& one : outcome.diagnostics) {
    const config::Position& at = one.place.at;
    const bool known = at.source < outcome.sources.size();
    list.push_back({{"severity", one.severity == config::Severity::error ? "error" : "warning"},
                    {"file", known ? Json(outcome.sources[at.source].name()) : Json(nullptr)},
                    {"line", at.line},
                    {"column", at.column},
                    {"message", one.message}});
  }
  return list;
}

const char* name_of(config::ChangeKind kind) {
  switch (kind) {
    case config::ChangeKind::changed:
      return "changed";
    case config::ChangeKind::added:
      return "added";
    case config::ChangeKind::removed:
      return "removed";
  }
  return "changed";
}

}  // namespace

Answer effective_answer(const std::string& file, const config::Config& config,
                        const config::Origins& origins) {
  Json settings = Json::array();
  for (const config::EffectiveValue& one : config::effective_values(config, origins))
    settings.push_back({{"path", one.path}, {"value", one.value}, {"origin", one.origin}});
  return answer(200, {{"file", file},
                      {"settings", std::move(settings)},
                      {"text", config::render_effective(config, origins)}});
}

Answer unusable_answer(const config::Outcome& outcome) {
  const auto errors = std::ranges::count(outcome.diagnostics, config::Severity::error,
                                         &config::Diagnostic::severity);
  const std::string sentence = "the configuration has " + std::to_string(errors) +
                               (errors == 1 ? " error" : " errors") + "; nothing was changed";
  return answer(kUnusable, {{"error",
                             {{"code", "CONFIGURATION"},
                              {"message", sentence},
                              {"diagnostics", diagnostics_json(outcome)},
                              {"rendered", outcome.render_all()}}}});
}

Answer reloaded_answer(std::span<const config::Change> changes, const config::Outcome& outcome,
                       const processes::message::CommandAnswer& done) {
  Json list = Json::array();
  bool restart = false;
  for (const config::Change& change : changes) {
    restart = restart || !change.live();
    list.push_back({{"path", change.path},
                    {"kind", name_of(change.kind)},
                    {"from", text_or_null(change.from)},
                    {"to", text_or_null(change.to)},
                    {"live", change.live()},
                    {"restart_reason", text_or_null(change.restart)},
                    {"text", config::describe(change)}});
  }
  return answer(200, {{"accepted", true},
                      {"done", true},
                      {"changes", std::move(list)},
                      {"needs_restart", restart},
                      {"diagnostics", diagnostics_json(outcome)},
                      {"detail", text_or_null(done.detail.view())}});
}

}  // namespace flywall::control
