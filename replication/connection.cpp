#include "replication/connection.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace flywall::replication {

namespace {

std::optional<Ending> ending_from(std::uint8_t reason) {
  if (reason < static_cast<std::uint8_t>(Ending::refused) ||
      reason > static_cast<std::uint8_t>(Ending::stopping))
    return std::nullopt;
  return static_cast<Ending>(reason);
}

std::span<const std::uint8_t, kHelloSize> as_hello(const Buffer& bytes) {
  return std::span<const std::uint8_t, kHelloSize>(bytes.data(), kHelloSize);
}

}  // namespace

const char* name_of(Ending ending) {
  switch (ending) {
    case Ending::refused:
      return "refused";
    case Ending::unanswered:
      return "unanswered";
    case Ending::handshake_late:
      return "handshake_late";
    case Ending::silent:
      return "silent";
    case Ending::lost:
      return "lost";
    case Ending::bad_record:
      return "bad_record";
    case Ending::bad_frame:
      return "bad_frame";
    case Ending::duplicate:
      return "duplicate";
    case Ending::superseded:
      return "superseded";
    case Ending::key_retired:
      return "key_retired";
    case Ending::not_wanted:
      return "not_wanted";
    case Ending::stopping:
      return "stopping";
  }
  return "unknown";
}

Connection Connection::call(Party party, const SecretKey& key, std::optional<NodeId> expected,
                            Time now) {
  Connection connection(true, now);
  Initiator initiator(std::move(party), key, std::move(expected));
  connection.say(initiator.hello());
  connection.state_ = std::move(initiator);
  return connection;
}

Connection Connection::answer(Party party, Keys accepted, Time now) {
  Connection connection(false, now);
  connection.state_ = Answering{Responder(std::move(party), std::move(accepted))};
  return connection;
}

const Agreement& Connection::agreement() const { return std::get<Established>(state_).agreement; }
Multiplexer& Connection::streams() { return std::get<Established>(state_).streams; }
const Multiplexer& Connection::streams() const { return std::get<Established>(state_).streams; }

void Connection::receive(Bytes bytes, Time now, std::vector<Event>& events) {
  wire_received_ += bytes.size();
  while (!bytes.empty() && !ending_) {
    const auto size = wanted();
    if (!size) return;
    const std::size_t part = std::min(*size - inbox_.size(), bytes.size());
    inbox_.insert(inbox_.end(), bytes.begin(), bytes.begin() + std::ptrdiff_t(part));
    bytes = bytes.subspan(part);
    // A record's head alone tells its size: it may still be longer.
    const auto whole = wanted();
    if (whole && inbox_.size() == *whole) take_item(now, events);
  }
}

std::optional<std::size_t> Connection::wanted() {
  if (std::holds_alternative<Initiator>(state_)) return kHelloSize;
  if (const auto* answering = std::get_if<Answering>(&state_))
    return answering->answered ? kConfirmSize : kHelloSize;
  if (!is_established()) return std::nullopt;
  const auto size = RecordOpener::size_of(inbox_);
  if (!size) {
    hang_up(Ending::bad_record);
    return std::nullopt;
  }
  return *size == 0 ? kRecordHead : *size;
}

void Connection::take_item(Time now, std::vector<Event>& events) {
  if (auto* initiator = std::get_if<Initiator>(&state_)) {
    take_hello(*initiator, now);
  } else if (auto* answering = std::get_if<Answering>(&state_)) {
    if (answering->answered)
      take_confirm(*answering, now);
    else
      take_hello(*answering);
  } else if (auto* established = std::get_if<Established>(&state_)) {
    take_record(*established, now, events);
  }
  inbox_.clear();
}

void Connection::take_hello(Initiator& initiator, Time now) {
  const auto agreement = initiator.receive(as_hello(inbox_));
  if (!agreement) {
    refusal_ = agreement.error();
    return finish(Ending::refused);
  }
  say(initiator.confirm());
  establish(*agreement, now);
}

void Connection::take_hello(Answering& answering) {
  const auto heard = answering.responder.receive(as_hello(inbox_));
  if (!heard) {
    refusal_ = heard.error();
    return finish(Ending::refused);
  }
  say(answering.responder.hello());
  answering.answered = true;
}

void Connection::take_confirm(Answering& answering, Time now) {
  const auto agreement = answering.responder.confirmed(
      std::span<const std::uint8_t, kConfirmSize>(inbox_.data(), kConfirmSize));
  if (!agreement) {
    refusal_ = agreement.error();
    return finish(Ending::refused);
  }
  establish(*agreement, now);
}

void Connection::establish(const Agreement& agreement, Time now) {
  state_ = Established{.agreement = agreement,
                       .sealer = RecordSealer(agreement.sending, now),
                       .opener = RecordOpener(agreement.receiving),
                       .streams = {},
                       .last_heard = now,
                       .next_ping = now};
  inbox_.clear();
  inbox_.reserve(kMaxRecord);
}

void Connection::take_record(Established& established, Time now, std::vector<Event>& events) {
  const auto clear = established.opener.open(inbox_);
  if (!clear) return hang_up(Ending::bad_record);
  established.last_heard = now;
  switch (established.streams.take(*clear, now, events)) {
    case Multiplexer::Outcome::good:
      return;
    case Multiplexer::Outcome::bad:
      return hang_up(Ending::bad_frame);
    case Multiplexer::Outcome::goodbye:
      peer_said_so_ = true;
      return finish(ending_from(established.streams.goodbye_reason()).value_or(Ending::lost));
  }
}

Bytes Connection::output(Time now) {
  record_.clear();
  if (!outbox_.empty()) {
    std::swap(record_, outbox_);
  } else if (auto* established = std::get_if<Established>(&state_); established && !ending_) {
    record_.resize(kMaxRecord);
    const std::size_t size =
        established->streams.fill(MutableBytes(record_).subspan(kRecordHead, kMaxRecordClear));
    record_.resize(size == 0 ? 0 : established->sealer.seal(record_, size, now).size());
  }
  wire_sent_ += record_.size();
  return record_;
}

Time Connection::deadline() const {
  if (ending_) return kNever;
  if (const auto* established = std::get_if<Established>(&state_))
    return std::min(established->next_ping, established->last_heard + kSilence);
  return begun_ + kHandshakeLimit;
}

void Connection::pass(Time now) {
  if (now < deadline()) return;
  auto* established = std::get_if<Established>(&state_);
  if (established == nullptr) return finish(Ending::handshake_late);
  if (now >= established->last_heard + kSilence) return hang_up(Ending::silent);
  established->streams.ping(now);
  established->next_ping = now + kKeepalive;
}

void Connection::hang_up(Ending why) {
  if (ending_) return;
  if (is_established()) seal_goodbye(why);
  finish(why);
}

// In a record of its own: whatever else waits is of no use any more.
void Connection::seal_goodbye(Ending why) {
  auto& established = std::get<Established>(state_);
  Buffer room(kRecordHead + kStandingSize + kFrameHead + 1 + kRecordSeal);
  ByteWriter out(MutableBytes(room).subspan(kRecordHead));
  encode(Standing{}, out);
  encode(frame::Goodbye{static_cast<std::uint8_t>(why)}, out);
  say(established.sealer.seal(room, out.size(), established.last_heard));
}

void Connection::broke() {
  if (ending_) return;
  finish(is_established() ? Ending::lost : Ending::unanswered);
}

void Connection::finish(Ending why) { ending_ = why; }

}  // namespace flywall::replication
