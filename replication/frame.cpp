#include "replication/frame.hpp"

#include <array>

#include "base/check.hpp"

namespace flywall::replication {

namespace {

constexpr std::size_t kStreamSize = 4;

StreamId read_stream(ByteReader& in) { return {in.read<std::uint32_t>()}; }

frame::Open read_open(ByteReader& in) {
  frame::Open open{.stream = read_stream(in)};
  open.priority = in.read<std::uint8_t>();
  const auto packed = in.read<std::uint8_t>();
  open.packed = packed == 1;
  const std::size_t length = in.read<std::uint8_t>();
  open.name = in.take_text(length);
  if (open.priority >= kPriorities || packed > 1 || length == 0 || length > kMaxStreamName)
    in.fail();
  return open;
}

frame::Message read_message(ByteReader& in) {
  const StreamId stream = read_stream(in);
  const std::size_t size = in.remaining();
  if (size == 0 || size > kMaxPacked) in.fail();
  return {stream, in.take(size)};
}

frame::Acknowledge read_acknowledge(ByteReader& in) {
  frame::Acknowledge acknowledge{.stream = read_stream(in)};
  acknowledge.consumed = in.read<std::uint64_t>();
  acknowledge.allowed = in.read<std::uint64_t>();
  return acknowledge;
}

Frame read_body(std::uint8_t kind, ByteReader& in) {
  switch (kind) {
    case 1:
      return read_open(in);
    case 2:
      return read_message(in);
    case 3:
      return frame::End{read_stream(in)};
    case 4:
      return read_acknowledge(in);
    case 5:
      return frame::Refuse{read_stream(in)};
    case 6:
      return frame::Ping{in.read<std::uint64_t>()};
    case 7:
      return frame::Pong{in.read<std::uint64_t>()};
    case 8:
      return frame::Goodbye{in.read<std::uint8_t>()};
    default:
      in.take(in.remaining());
      return frame::Unknown{kind};
  }
}

struct Writer {
  ByteWriter& out;

  void head(std::uint8_t kind, std::size_t body) {
    out.write(kind);
    out.write(static_cast<std::uint16_t>(body));
  }
  void operator()(const frame::Open& open) {
    FLYWALL_CHECK(!open.name.empty() && open.name.size() <= kMaxStreamName);
    head(1, kStreamSize + 3 + open.name.size());
    out.write(open.stream.value);
    out.write(open.priority);
    out.write(static_cast<std::uint8_t>(open.packed ? 1 : 0));
    out.write(static_cast<std::uint8_t>(open.name.size()));
    out.write_text(open.name);
  }
  void operator()(const frame::Message& message) {
    head(2, kStreamSize + message.content.size());
    out.write(message.stream.value);
    out.write(message.content);
  }
  void operator()(const frame::End& end) {
    head(3, kStreamSize);
    out.write(end.stream.value);
  }
  void operator()(const frame::Acknowledge& acknowledge) {
    head(4, kStreamSize + 16);
    out.write(acknowledge.stream.value);
    out.write(acknowledge.consumed);
    out.write(acknowledge.allowed);
  }
  void operator()(const frame::Refuse& refuse) {
    head(5, kStreamSize);
    out.write(refuse.stream.value);
  }
  void operator()(const frame::Ping& ping) {
    head(6, 8);
    out.write(ping.token);
  }
  void operator()(const frame::Pong& pong) {
    head(7, 8);
    out.write(pong.token);
  }
  void operator()(const frame::Goodbye& goodbye) {
    head(8, 1);
    out.write(goodbye.reason);
  }
  void operator()(const frame::Unknown&) { FLYWALL_CHECK(false); }
};

}  // namespace

void encode(const Standing& standing, ByteWriter& out) {
  out.write(standing.epoch.value);
  out.write(standing.claimant.value);
}

std::optional<Standing> decode_standing(ByteReader& in) {
  Standing standing{.epoch = Epoch{in.read<std::uint64_t>()}, .claimant = {}};
  standing.claimant.value = in.read<std::uint64_t>();
  if (!in.ok()) return std::nullopt;
  return standing;
}

void encode(const Frame& frame, ByteWriter& out) { std::visit(Writer{out}, frame); }

std::optional<Frame> decode_frame(ByteReader& in) {
  const auto kind = in.read<std::uint8_t>();
  const std::size_t length = in.read<std::uint16_t>();
  ByteReader body(in.take(length));
  if (!in.ok() || kind == 0) return std::nullopt;
  const Frame frame = read_body(kind, body);
  if (!body.ok() || body.remaining() != 0) return std::nullopt;
  return frame;
}

}  // namespace flywall::replication
