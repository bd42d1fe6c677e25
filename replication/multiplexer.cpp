#include "replication/multiplexer.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace flywall::replication {

bool Multiplexer::Sending::may_send() const {
  return !queue.empty() && under_way.size() < kMaxUnconsumed &&
         sent + queue.front().message.size() <= allowed;
}

std::optional<StreamId> Multiplexer::open(const StreamSetting& setting) {
  FLYWALL_CHECK(setting.priority < kPriorities);
  if (sending_.size() == kMaxStreams) return std::nullopt;
  const StreamId id{++last_opened_};
  Sending& stream = sending_[id];
  stream.setting = setting;
  if (setting.packed) stream.packer.emplace();
  control(frame::Open{
      .stream = id, .priority = setting.priority, .packed = setting.packed, .name = setting.name});
  return id;
}

bool Multiplexer::send(StreamId stream, Bytes message, std::uint64_t entries, Time now) {
  FLYWALL_CHECK(!message.empty() && message.size() <= kMaxMessage);
  if (room(stream) < message.size()) return false;
  Sending& sending = sending_.find(stream)->second;
  sending.queued += message.size();
  sending.queue.push_back({Buffer(message.begin(), message.end()), entries, now});
  return true;
}

std::size_t Multiplexer::room(StreamId stream) const {
  const auto found = sending_.find(stream);
  if (found == sending_.end() || found->second.ending) return 0;
  return kMaxQueued - found->second.queued;
}

void Multiplexer::end(StreamId stream) {
  const auto found = sending_.find(stream);
  if (found != sending_.end()) found->second.ending = true;
}

void Multiplexer::consumed(StreamId stream, std::uint64_t sequence) {
  const auto found = receiving_.find(stream);
  if (found == receiving_.end()) return;
  Receiving& receiving = found->second;
  while (receiving.consumed < sequence && !receiving.unconsumed.empty()) {
    receiving.consumed_bytes += receiving.unconsumed.front();
    receiving.unconsumed_bytes -= receiving.unconsumed.front();
    receiving.unconsumed.pop_front();
    ++receiving.consumed;
    receiving.acknowledge = true;
  }
}

void Multiplexer::refuse(StreamId stream) {
  const auto found = receiving_.find(stream);
  if (found == receiving_.end() || found->second.refused) return;
  found->second = Receiving{};
  found->second.refused = true;
  control(frame::Refuse{stream});
}

// One ping is under way at a time; an unanswered one is replaced.
void Multiplexer::ping(Time now) {
  pinged_ = now;
  control(frame::Ping{static_cast<std::uint64_t>(nanoseconds(now))});
}

void Multiplexer::say_goodbye(std::uint8_t reason) { control(frame::Goodbye{reason}); }

// Bounded although the peer provokes some of it (pongs): what does not fit is not said.
void Multiplexer::control(const Frame& frame) {
  const std::size_t before = control_.size();
  control_.resize(kMaxControlBytes);
  ByteWriter out(MutableBytes(control_).subspan(before));
  encode(frame, out);
  control_.resize(out.ok() ? before + out.size() : before);
}

void Multiplexer::fill_acknowledgements() {
  for (auto& [id, stream] : receiving_) {
    if (!stream.acknowledge) continue;
    control(frame::Acknowledge{id, stream.consumed, stream.consumed_bytes + kWindow});
    stream.acknowledge = false;
  }
  std::erase_if(receiving_, [](const auto& entry) {
    return entry.second.ended && entry.second.unconsumed.empty();
  });
}

std::size_t Multiplexer::fill(MutableBytes room) {
  FLYWALL_CHECK(room.size() >= kMaxRecordClear);
  ByteWriter out(room.first(kMaxRecordClear));
  encode(standing_, out);
  fill_acknowledgements();
  out.write(Bytes(control_));
  control_.clear();
  while (fill_message(out)) {
  }
  forget_finished();
  FLYWALL_CHECK(out.ok());
  return out.size() > kStandingSize ? out.size() : 0;
}

// M1. Streams of one priority take turns: the first one behind the last turn.
Multiplexer::SendingStreams::iterator Multiplexer::next_to_send() {
  auto best = sending_.end();
  const auto is_better = [&](SendingStreams::iterator candidate) {
    if (best == sending_.end()) return true;
    const auto turn = [&](SendingStreams::iterator stream) {
      return std::pair(stream->second.setting.priority, stream->first <= last_turn_);
    };
    return turn(candidate) < turn(best);
  };
  for (auto candidate = sending_.begin(); candidate != sending_.end(); ++candidate)
    if (candidate->second.may_send() && is_better(candidate)) best = candidate;
  return best;
}

bool Multiplexer::fill_message(ByteWriter& out) {
  if (kMaxRecordClear - out.size() < kMessageHead + kMaxPacked) return false;
  const auto next = next_to_send();
  if (next == sending_.end()) return false;
  auto& [id, stream] = *next;
  const Waiting waiting = std::move(stream.queue.front());
  stream.queue.pop_front();
  const Bytes clear = waiting.message;
  if (stream.packer) {
    std::array<std::uint8_t, kMaxPacked> packed;
    const std::size_t size = stream.packer->pack(clear, packed);
    encode(frame::Message{id, Bytes(packed).first(size)}, out);
    sent_.packed += size;
  } else {
    encode(frame::Message{id, clear}, out);
    sent_.packed += clear.size();
  }
  sent_.clear += clear.size();
  ++sent_.messages;
  stream.queued -= clear.size();
  stream.sent += clear.size();
  stream.under_way.push_back({waiting.entries, waiting.since});
  last_turn_ = id;
  return true;
}

// The end is said once the queue is empty; the stream stays until its last acknowledgement.
void Multiplexer::forget_finished() {
  for (auto& [id, stream] : sending_) {
    if (!stream.ending || stream.end_said || !stream.queue.empty()) continue;
    control(frame::End{id});
    stream.end_said = true;
  }
  std::erase_if(sending_, [](const auto& entry) {
    return entry.second.end_said && entry.second.under_way.empty();
  });
}

Multiplexer::Outcome Multiplexer::take(Bytes clear, Time now, std::vector<Event>& events) {
  ByteReader in(clear);
  const auto standing = decode_standing(in);
  if (!standing || in.remaining() == 0) return Outcome::bad;
  peer_standing_ = *standing;
  while (in.remaining() > 0) {
    const auto frame = decode_frame(in);
    if (!frame) return Outcome::bad;
    if (const auto* goodbye = std::get_if<frame::Goodbye>(&*frame)) {
      goodbye_reason_ = goodbye->reason;
      return Outcome::goodbye;
    }
    if (!handle(*frame, now, events)) return Outcome::bad;
  }
  return Outcome::good;
}

}  // namespace flywall::replication
