#include "daemon/control/witnesses.hpp"

#include <algorithm>
#include <set>

namespace flywall::control {

namespace {

using processes::WitnessStatus;

// By ErrorKind.
constexpr std::array<const char*, 6> kErrors{"invalid",     "missing",   "denied",
                                             "unavailable", "timed_out", "internal"};

const ProviderView* provider_of(const View& view, std::size_t witness) {
  const auto found = std::ranges::find(view.providers, witness, &ProviderView::witness);
  return found == view.providers.end() ? nullptr : &*found;
}

void describe_claim(const heartbeat::Claim& claim, Json& body) {
  body["holder"] = text_or_null(claim.claimant.view());
  body["epoch"] = claim.epoch.value;
}

void describe(const View& view, const WitnessStatus& status, Json& body) {
  body["reachable"] = view.fresh() && status.reachable;
  describe_claim(status.seen, body);
  body["granted"] = status.granted;
  body["round_trip_ms"] = std::chrono::duration<double, std::milli>(status.round_trip).count();
  body["questions"] = status.questions;
  body["answers"] = status.answers;
}

void describe(const ProviderView& provider, Json& body) {
  body["reachable"] = provider.reachable;
  describe_claim(provider.held ? provider.holder : heartbeat::Claim{}, body);
  body["contradicts"] = provider.contradicts;
  body["trouble"] = text_or_null(provider.trouble);
}

}  // namespace

Json witnesses_json(const View& view) {
  Json list = Json::array();
  const auto& witnesses = view.config.replication.ha.witnesses;
  for (std::size_t i = 0; i < witnesses.size(); ++i) {
    Json body{{"name", witnesses[i].name}, {"type", config::name(witnesses[i].type)}};
    if (const ProviderView* provider = provider_of(view, i))
      describe(*provider, body);
    else if (i < view.snapshot.witnesses.size())
      describe(view, view.snapshot.witnesses[i], body);
    list.push_back(std::move(body));
  }
  return list;
}

void add_witness_metrics(const View& view, Json& body) {
  std::uint64_t contended = 0;
  std::uint64_t failed = 0;
  std::set<std::string_view> types;
  Json errors = Json::array();
  const auto& witnesses = view.config.replication.ha.witnesses;
  for (const config::Witness& witness : witnesses) types.insert(config::name(witness.type));
  for (const ProviderView& provider : view.providers) {
    contended += provider.contended;
    failed += provider.failed;
    if (provider.witness >= witnesses.size()) continue;
    for (std::size_t kind = 0; kind < kErrors.size(); ++kind)
      if (provider.errors[kind] > 0)
        errors.push_back({{"provider", witnesses[provider.witness].name},
                          {"reason", kErrors[kind]},
                          {"value", provider.errors[kind]}});
  }
  body["ha_lock_acquire_failures_total"] = Json::array(
      {{{"reason", "contended"}, {"value", contended}}, {{"reason", "error"}, {"value", failed}}});
  body["ha_lock_errors_total"] = std::move(errors);
  body["ha_lock_provider"] = Json::array();
  for (const std::string_view type : types)
    body["ha_lock_provider"].push_back({{"type", type}, {"value", 1}});
}

}  // namespace flywall::control
