// Many streams on one connection: which message goes next, how much may be under way, what has
// arrived.
//
//  M1 *Priorities.* A message of a lower number always goes before one of a higher number; streams
//     of one priority take turns. Acknowledgements and pings go before all messages. As records are
//     made only when the socket wants one, a message waits for at most one record begun before it,
//     and for what the kernel holds.
//  M2 *Credit.* The sender of a stream never has more than kWindow clear bytes and kMaxUnconsumed
//     messages unconsumed at the other end. So a consumer that is slow holds up its own stream
//     only, and the memory of a connection has a bound whatever the peer does.
//  M3 *Back-pressure.* What is given to send() and not yet sent is bounded by kMaxQueued.
//  M4 *Acknowledged.* A message is acknowledged when its consumer said consumed(), not when it
//     arrived. The lag of a stream is the age of its oldest message that was not acknowledged.
//  M5 *Order.* Messages of a stream arrive in order, each once; there is no order between streams.
//  M6 A peer that breaks a rule of the format, or its credit, is not talked to any more.
//
// The direction belongs to the stream: who opens it, sends on it. Pure: time is a parameter. Knows
// no key, no socket and nothing of what is in a message.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/time.hpp"
#include "replication/compression.hpp"
#include "replication/frame.hpp"

namespace flywall::replication {

using Buffer = std::vector<std::uint8_t>;

namespace event {

struct Opened {  // the peer opened a stream: consume it, or refuse() it
  StreamId stream;
  std::string name;
  std::uint8_t priority = 0;
};
struct Arrived {
  StreamId stream;
  std::uint64_t sequence = 0;  // 1, 2, …
  Standing standing;
  Buffer message;
};
struct Ended {  // the peer says no more on it
  StreamId stream;
};
struct Acknowledged {  // messages 1..sequence of our stream were consumed; there may be room again
  StreamId stream;
  std::uint64_t sequence = 0;
};
struct Refused {  // the peer does not want this stream of ours; it is gone
  StreamId stream;
};

}  // namespace event

using Event =
    std::variant<event::Opened, event::Arrived, event::Ended, event::Acknowledged, event::Refused>;

struct StreamSetting {
  std::string name;  // 1..kMaxStreamName bytes
  std::uint8_t priority = 0;
  bool packed = true;
};

struct Lag {
  Duration time{};            // age of the oldest message not acknowledged
  std::uint64_t entries = 0;  // as told to send()
};

// Clear: messages as given; packed: after compression. Since the connection began.
struct Volume {
  std::uint64_t clear = 0;
  std::uint64_t packed = 0;
  std::uint64_t messages = 0;
};

class Multiplexer {
 public:
  enum class Outcome : std::uint8_t { good, bad, goodbye };

  // Sending. Nothing when kMaxStreams are open.
  std::optional<StreamId> open(const StreamSetting& setting);
  // False when the queue is full, or the stream is not open: nothing was taken. `message`:
  // 1..kMaxMessage bytes, `entries` of the consumer's own in it.
  bool send(StreamId stream, Bytes message, std::uint64_t entries, Time now);
  // Bytes that send() would still take.
  std::size_t room(StreamId stream) const;
  // After what waits, the stream ends.
  void end(StreamId stream);

  // Receiving. Messages 1..sequence of this stream are done with.
  void consumed(StreamId stream, std::uint64_t sequence);
  void refuse(StreamId stream);

  void ping(Time now);
  void say_goodbye(std::uint8_t reason);
  void stand(const Standing& standing) { standing_ = standing; }

  // Fills one record's clear bytes, at most `room`, which has kMaxRecordClear. Zero: there is
  // nothing to say.
  std::size_t fill(MutableBytes room);
  // A record's clear bytes. Events are appended; after `bad` and `goodbye` nothing more is taken.
  Outcome take(Bytes clear, Time now, std::vector<Event>& events);

  Lag lag(Time now) const;
  Lag lag(StreamId stream, Time now) const;
  std::uint64_t acknowledged(StreamId stream) const;
  const Standing& peer_standing() const { return peer_standing_; }
  std::optional<Duration> round_trip() const { return round_trip_; }
  std::uint8_t goodbye_reason() const { return goodbye_reason_; }
  const Volume& sent() const { return sent_; }
  const Volume& received() const { return received_; }
  std::size_t streams() const { return sending_.size() + receiving_.size(); }

 private:
  struct Waiting {
    Buffer message;
    std::uint64_t entries;
    Time since;
  };
  struct UnderWay {
    std::uint64_t entries;
    Time since;
  };
  struct Sending {
    StreamSetting setting;
    std::optional<Packer> packer;
    std::deque<Waiting> queue;
    std::deque<UnderWay> under_way;
    std::size_t queued = 0;  // bytes in `queue`
    std::uint64_t sent = 0;  // clear bytes since the beginning
    std::uint64_t allowed = kWindow;
    std::uint64_t acknowledged = 0;  // messages
    bool ending = false;
    bool end_said = false;

    bool may_send() const;
  };
  struct Receiving {
    std::optional<Unpacker> unpacker;
    std::deque<std::uint32_t> unconsumed;  // size of each message
    std::uint64_t consumed = 0;            // messages
    std::uint64_t consumed_bytes = 0;
    std::uint64_t unconsumed_bytes = 0;
    bool acknowledge = false;
    bool ended = false;
    bool refused = false;  // told so: what is still under way is dropped
  };
  using SendingStreams = std::map<StreamId, Sending>;

  void control(const Frame& frame);
  void fill_acknowledgements();
  bool fill_message(ByteWriter& out);
  SendingStreams::iterator next_to_send();
  void forget_finished();

  bool handle(const Frame& frame, Time now, std::vector<Event>& events);
  bool receive(const frame::Open& open, std::vector<Event>& events);
  bool receive(const frame::Message& message, std::vector<Event>& events);
  bool receive(const frame::End& end, std::vector<Event>& events);
  bool receive(const frame::Acknowledge& acknowledge, std::vector<Event>& events);
  bool receive(const frame::Refuse& refuse, std::vector<Event>& events);
  void receive(const frame::Pong& pong, Time now);

  SendingStreams sending_;
  std::map<StreamId, Receiving> receiving_;
  std::uint32_t last_opened_ = 0;    // by us
  std::uint32_t last_received_ = 0;  // opened by the peer
  StreamId last_turn_;
  Buffer control_;  // encoded control frames that wait
  Standing standing_;
  Standing peer_standing_;
  std::optional<Time> pinged_;
  std::optional<Duration> round_trip_;
  std::uint8_t goodbye_reason_ = 0;
  Volume sent_;
  Volume received_;
};

}  // namespace flywall::replication
