// All checkers together, and what each of them is told.
#pragma once

#include "heartbeat/session.hpp"
#include "tests/simulation/checkers/calm.hpp"
#include "tests/simulation/checkers/claims.hpp"
#include "tests/simulation/checkers/freshness.hpp"
#include "tests/simulation/checkers/handover.hpp"
#include "tests/simulation/checkers/leases.hpp"
#include "tests/simulation/checkers/orders.hpp"
#include "tests/simulation/checkers/speech.hpp"
#include "tests/simulation/checkers/splits.hpp"
#include "tests/simulation/checkers/stability.hpp"

namespace flywall::simulation {

struct Checkers {
  Checkers(const Plan& plan, const Truth& truth)
      : calm(plan, truth, findings),
        claims(plan, truth, findings),
        freshness(plan, truth, findings),
        handover(plan, truth, findings),
        leases(plan, truth, findings),
        orders(plan, truth, findings),
        speech(plan, truth, findings),
        splits(plan, truth, findings),
        stability(plan, truth, findings) {}

  void begin() {
    findings.clear();
    calm.begin();
    claims.begin();
    freshness.begin();
    handover.begin();
    orders.begin();
    speech.begin();
    splits.begin();
  }
  void started(std::size_t machine) {
    claims.started(machine);
    freshness.started(machine);
    handover.started(machine);
    speech.started(machine);
  }
  void received(std::size_t machine, const Letter& letter, const heartbeat::Statement& said,
                const heartbeat::Receipt& receipt) {
    freshness.received(machine, letter, said, receipt);
    if (receipt.verdict == heartbeat::Verdict::fresh) speech.heard(machine);
  }
  void spoke(std::size_t machine, const heartbeat::Statement& said, int copies) {
    claims.spoke(machine, said);
    speech.spoke(machine, copies);
  }
  void acted(std::size_t machine, const heartbeat::Action& action) {
    calm.acted(action);
    claims.acted(machine, action);
    handover.acted(machine, action);
    orders.acted(machine, action);
    splits.acted(machine, action);
    stability.acted(machine, action);
  }
  void inspect() {
    calm.inspect();
    handover.inspect();
    leases.inspect();
    orders.inspect();
    splits.inspect();
  }

  Findings findings;
  CalmChecker calm;
  ClaimsChecker claims;
  FreshnessChecker freshness;
  HandoverChecker handover;
  LeasesChecker leases;
  OrdersChecker orders;
  SpeechChecker speech;
  SplitsChecker splits;
  StabilityChecker stability;
};

}  // namespace flywall::simulation
