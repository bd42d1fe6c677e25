// What stands inside a record, after it was opened:
//
//     0   8  epoch            the highest claim its sender knows (E3): every frame of the record
//     8   8  claimant's tag   is said under it
//    16   n  frames, one or more
//
// A frame:
//     0   1  kind
//     1   2  length of the body
//     3   n  body
//
//     kind            body
//     1 open          stream 4, priority 1 (0..7, 0 first), packed 1 (0 or 1), length 1, name
//     2 message       stream 4, content (1 .. kMaxMessage clear, or .. kMaxPacked packed)
//     3 end           stream 4: its sender has nothing more to say
//     4 acknowledge   stream 4, messages consumed 8, clear bytes the sender may have sent in all 8
//     5 refuse        stream 4: its receiver does not want it
//     6 ping          token 8
//     7 pong          token 8
//     8 goodbye       reason 1 (Ending): the last frame of a connection
//
// Streams are numbered by their sender, upwards from 1; both directions have their own numbers.
// Messages of a stream are numbered from 1 by their order. A body that is longer than its fields is
// bad; an unknown kind is skipped, so that a later minor may add one.
//
// Knows layout, no meaning.
#pragma once

#include <expected>
#include <optional>
#include <string_view>
#include <variant>

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "replication/limits.hpp"

namespace flywall::replication {

struct StreamId {
  std::uint32_t value = 0;
  constexpr auto operator<=>(const StreamId&) const = default;
};

// The claim under which something is said.
struct Standing {
  Epoch epoch;
  NodeTag claimant;
  constexpr auto operator<=>(const Standing&) const = default;
};
inline constexpr std::size_t kStandingSize = 16;
inline constexpr std::size_t kFrameHead = 3;
inline constexpr std::size_t kMessageHead = kFrameHead + 4;
inline constexpr std::uint8_t kPriorities = 8;

namespace frame {

struct Open {
  StreamId stream;
  std::uint8_t priority = 0;
  bool packed = false;
  std::string_view name;
  bool operator==(const Open&) const = default;
};
struct Message {
  StreamId stream;
  Bytes content;
};
struct End {
  StreamId stream;
  bool operator==(const End&) const = default;
};
struct Acknowledge {
  StreamId stream;
  std::uint64_t consumed = 0;
  std::uint64_t allowed = 0;
  bool operator==(const Acknowledge&) const = default;
};
struct Refuse {
  StreamId stream;
  bool operator==(const Refuse&) const = default;
};
struct Ping {
  std::uint64_t token = 0;
  bool operator==(const Ping&) const = default;
};
struct Pong {
  std::uint64_t token = 0;
  bool operator==(const Pong&) const = default;
};
struct Goodbye {
  std::uint8_t reason = 0;
  bool operator==(const Goodbye&) const = default;
};
struct Unknown {
  std::uint8_t kind = 0;
};

}  // namespace frame

using Frame = std::variant<frame::Open, frame::Message, frame::End, frame::Acknowledge,
                           frame::Refuse, frame::Ping, frame::Pong, frame::Goodbye, frame::Unknown>;

void encode(const Standing& standing, ByteWriter& out);
std::optional<Standing> decode_standing(ByteReader& in);

// All but Unknown. Fails the writer when there is no room.
void encode(const Frame& frame, ByteWriter& out);
// The next frame; it points into what `in` reads. Nothing when it breaks a bound above.
std::optional<Frame> decode_frame(ByteReader& in);

}  // namespace flywall::replication
