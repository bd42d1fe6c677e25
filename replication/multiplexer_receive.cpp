#include <algorithm>
#include <array>
#include <cstring>

#include "replication/multiplexer.hpp"

namespace flywall::replication {

bool Multiplexer::handle(const Frame& frame, Time now, std::vector<Event>& events) {
  if (const auto* open = std::get_if<frame::Open>(&frame)) return receive(*open, events);
  if (const auto* message = std::get_if<frame::Message>(&frame)) return receive(*message, events);
  if (const auto* end = std::get_if<frame::End>(&frame)) return receive(*end, events);
  if (const auto* acknowledge = std::get_if<frame::Acknowledge>(&frame))
    return receive(*acknowledge, events);
  if (const auto* refuse = std::get_if<frame::Refuse>(&frame)) return receive(*refuse, events);
  if (const auto* ping = std::get_if<frame::Ping>(&frame)) control(frame::Pong{ping->token});
  if (const auto* pong = std::get_if<frame::Pong>(&frame)) receive(*pong, now);
  return true;
}

bool Multiplexer::receive(const frame::Open& open, std::vector<Event>& events) {
  if (open.stream.value <= last_received_ || receiving_.size() == 2 * kMaxStreams) return false;
  last_received_ = open.stream.value;
  Receiving& receiving = receiving_[open.stream];
  if (open.packed) receiving.unpacker.emplace();
  events.emplace_back(event::Opened{open.stream, std::string(open.name), open.priority});
  return true;
}

bool Multiplexer::receive(const frame::Message& message, std::vector<Event>& events) {
  const auto found = receiving_.find(message.stream);
  if (found == receiving_.end() || found->second.ended) return false;
  Receiving& receiving = found->second;
  if (receiving.refused) return true;
  if (receiving.unconsumed.size() == kMaxUnconsumed) return false;
  std::array<std::uint8_t, kMaxMessage> clear;
  std::size_t size = message.content.size();
  if (receiving.unpacker) {
    const auto unpacked = receiving.unpacker->unpack(message.content, clear);
    if (!unpacked) return false;
    size = *unpacked;
  } else if (size <= kMaxMessage) {
    std::memcpy(clear.data(), message.content.data(), size);
  }
  if (size == 0 || size > kMaxMessage || receiving.unconsumed_bytes + size > kWindow) return false;
  receiving.unconsumed_bytes += size;
  receiving.unconsumed.push_back(static_cast<std::uint32_t>(size));
  received_.clear += size;
  received_.packed += message.content.size();
  ++received_.messages;
  events.push_back(
      event::Arrived{.stream = message.stream,
                     .sequence = receiving.consumed + receiving.unconsumed.size(),
                     .standing = peer_standing_,
                     .message = Buffer(clear.begin(), clear.begin() + std::ptrdiff_t(size))});
  return true;
}

bool Multiplexer::receive(const frame::End& end, std::vector<Event>& events) {
  const auto found = receiving_.find(end.stream);
  if (found == receiving_.end() || found->second.ended) return false;
  found->second.ended = true;
  found->second.unpacker.reset();
  if (!found->second.refused) events.emplace_back(event::Ended{end.stream});
  return true;
}

bool Multiplexer::receive(const frame::Acknowledge& acknowledge, std::vector<Event>& events) {
  if (acknowledge.stream.value > last_opened_) return false;
  const auto found = sending_.find(acknowledge.stream);
  if (found == sending_.end()) return true;  // it crossed with our end
  Sending& stream = found->second;
  if (acknowledge.consumed < stream.acknowledged ||
      acknowledge.consumed - stream.acknowledged > stream.under_way.size() ||
      acknowledge.allowed < stream.allowed || acknowledge.allowed > stream.sent + kWindow)
    return false;
  for (; stream.acknowledged < acknowledge.consumed; ++stream.acknowledged)
    stream.under_way.pop_front();
  stream.allowed = acknowledge.allowed;
  events.push_back(event::Acknowledged{acknowledge.stream, acknowledge.consumed});
  if (stream.end_said && stream.under_way.empty()) sending_.erase(found);
  return true;
}

// The peer keeps the refused stream until its end is said.
bool Multiplexer::receive(const frame::Refuse& refuse, std::vector<Event>& events) {
  if (refuse.stream.value > last_opened_) return false;
  const auto found = sending_.find(refuse.stream);
  if (found == sending_.end()) return true;
  if (!found->second.end_said) control(frame::End{refuse.stream});
  sending_.erase(found);
  events.emplace_back(event::Refused{refuse.stream});
  return true;
}

// Weighted as TCP does; a pong that answers no ping of ours means nothing.
void Multiplexer::receive(const frame::Pong& pong, Time now) {
  if (!pinged_ || pong.token != static_cast<std::uint64_t>(nanoseconds(*pinged_))) return;
  const Duration measured = now - *pinged_;
  round_trip_ = round_trip_ ? (*round_trip_ * 7 + measured) / 8 : measured;
  pinged_.reset();
}

Lag Multiplexer::lag(StreamId stream, Time now) const {
  const auto found = sending_.find(stream);
  if (found == sending_.end()) return {};
  Lag lag;
  const Sending& sending = found->second;
  if (!sending.under_way.empty())
    lag.time = now - sending.under_way.front().since;
  else if (!sending.queue.empty())
    lag.time = now - sending.queue.front().since;
  for (const UnderWay& message : sending.under_way) lag.entries += message.entries;
  for (const Waiting& message : sending.queue) lag.entries += message.entries;
  return lag;
}

Lag Multiplexer::lag(Time now) const {
  Lag worst;
  for (const auto& [id, stream] : sending_) {
    const Lag one = lag(id, now);
    worst.time = std::max(worst.time, one.time);
    worst.entries += one.entries;
  }
  return worst;
}

std::uint64_t Multiplexer::acknowledged(StreamId stream) const {
  const auto found = sending_.find(stream);
  return found == sending_.end() ? 0 : found->second.acknowledged;
}

}  // namespace flywall::replication
