#include "heartbeat/datagram.hpp"
#include "heartbeat/session.hpp"
#include "heartbeat/statement.hpp"

namespace flywall::heartbeat {

const char* name_of(State state) {
  switch (state) {
    case State::init:
      return "init";
    case State::backup:
      return "backup";
    case State::taking_over:
      return "taking_over";
    case State::primary:
      return "primary";
    case State::handing_over:
      return "handing_over";
    case State::fault:
      return "fault";
    case State::drained:
      return "drained";
    case State::witness:
      return "witness";
    case State::leaving:
      return "leaving";
  }
  return "unknown";
}

const char* name_of(FaultClass fault) {
  switch (fault) {
    case FaultClass::none:
      return "none";
    case FaultClass::degraded:
      return "degraded";
    case FaultClass::faulty:
      return "faulty";
  }
  return "unknown";
}

const char* name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::fresh:
      return "fresh";
    case Verdict::deaf:
      return "deaf";
    case Verdict::unproven:
      return "unproven";
    case Verdict::replayed:
      return "replayed";
    case Verdict::stale:
      return "stale";
    case Verdict::superseded_instance:
      return "superseded_instance";
  }
  return "unknown";
}

const char* name_of(Refusal refusal) {
  switch (refusal) {
    case Refusal::truncated:
      return "truncated";
    case Refusal::oversized:
      return "oversized";
    case Refusal::version:
      return "version";
    case Refusal::type:
      return "type";
    case Refusal::unknown_key:
      return "unknown_key";
    case Refusal::bad_seal:
      return "bad_seal";
    case Refusal::malformed:
      return "malformed";
    case Refusal::foreign_sender:
      return "foreign_sender";
    case Refusal::own_datagram:
      return "own_datagram";
    case Refusal::unknown_peer:
      return "unknown_peer";
    case Refusal::unproven:
      return "unproven";
    case Refusal::replayed:
      return "replayed";
    case Refusal::stale:
      return "stale";
    case Refusal::superseded_instance:
      return "superseded_instance";
  }
  return "unknown";
}

std::optional<Refusal> refusal_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::fresh:
    case Verdict::deaf:
      return std::nullopt;
    case Verdict::unproven:
      return Refusal::unproven;
    case Verdict::replayed:
      return Refusal::replayed;
    case Verdict::stale:
      return Refusal::stale;
    case Verdict::superseded_instance:
      return Refusal::superseded_instance;
  }
  return Refusal::unproven;
}

}  // namespace flywall::heartbeat
