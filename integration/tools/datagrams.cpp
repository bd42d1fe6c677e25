// datagrams: what a stranger on the wire can do with another's UDP datagrams.
//
//   datagrams capture --interface IF --port P --file F [--to ADDRESS] [--count N] [--seconds S]
//     Records whole frames of UDP datagrams with that port (to that address) into F.
//   datagrams replay --interface IF --file F [--times N] [--interval-us 100]
//     Sends the recorded frames again, byte for byte.
//   datagrams garbage --interface IF --file F --count N --seed S [--interval-us 10]
//     Sends N frames with the recorded Ethernet, IPv4 and UDP headers (lengths and checksum mended)
//     and a payload spoiled in one of five ways: noise, truncated, oversized, bits flipped,
//     spliced.
//
// File: per frame a 32-bit length in host order, then the frame. Ends with how many were handled.
#include <fstream>
#include <random>
#include <vector>

#include "integration/tools/packet_socket.hpp"

namespace flywall::probe {
namespace {

using Frame = std::vector<std::uint8_t>;

constexpr std::size_t kEthernet = 14, kIpv4 = 20, kUdp = 8;
constexpr std::size_t kHeaders = kEthernet + kIpv4 + kUdp;
constexpr std::size_t kLargestPayload = 1500 - kIpv4 - kUdp;
constexpr std::int64_t kMostFrames = 1'000'000;

void store16(std::uint8_t* at, std::size_t value) {
  at[0] = static_cast<std::uint8_t>(value >> 8);
  at[1] = static_cast<std::uint8_t>(value);
}
std::uint16_t load16(const std::uint8_t* at) {
  return static_cast<std::uint16_t>(at[0] << 8 | at[1]);
}

// IPv4 without options, not a fragment, UDP with that port at either end.
bool is_wanted(const Frame& frame, std::uint16_t port, const in_addr& to) {
  if (frame.size() < kHeaders || load16(&frame[12]) != ETH_P_IP || frame[14] != 0x45) return false;
  if (frame[23] != IPPROTO_UDP || (load16(&frame[20]) & 0x3fff) != 0) return false;
  if (to.s_addr != 0 && std::memcmp(&frame[30], &to, sizeof to) != 0) return false;
  return load16(&frame[34]) == port || load16(&frame[36]) == port;
}

std::vector<Frame> read_frames(const char* path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<Frame> frames;
  std::uint32_t size = 0;
  while (file.read(reinterpret_cast<char*>(&size), sizeof size) && size <= 65536) {
    Frame frame(size);
    file.read(reinterpret_cast<char*>(frame.data()), size);
    frames.push_back(std::move(frame));
  }
  if (frames.empty()) {
    std::fprintf(stderr, "no recorded frame in %s\n", path);
    std::exit(1);
  }
  return frames;
}

// A length that changed: IPv4 total length and header checksum, UDP length, no UDP checksum.
void mend_headers(Frame& frame) {
  store16(&frame[16], frame.size() - kEthernet);
  store16(&frame[24], 0);
  std::uint32_t sum = 0;
  for (std::size_t i = kEthernet; i < kEthernet + kIpv4; i += 2) sum += load16(&frame[i]);
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  store16(&frame[24], static_cast<std::uint16_t>(~sum));
  store16(&frame[38], frame.size() - kEthernet - kIpv4);
  store16(&frame[40], 0);
}

class Spoiler {
 public:
  Spoiler(std::vector<Frame> originals, std::uint64_t seed)
      : originals_(std::move(originals)), chance_(seed) {}

  Frame next() {
    Frame frame = any_original();
    using Spoil = void (Spoiler::*)(Frame&);
    constexpr Spoil kWays[] = {&Spoiler::noise, &Spoiler::truncate, &Spoiler::oversize,
                               &Spoiler::flip_bits, &Spoiler::splice};
    (this->*kWays[below(std::size(kWays))])(frame);
    mend_headers(frame);
    return frame;
  }

 private:
  std::size_t below(std::size_t limit) { return limit == 0 ? 0 : chance_() % limit; }
  std::uint8_t byte() { return static_cast<std::uint8_t>(chance_()); }
  const Frame& any_original() { return originals_[below(originals_.size())]; }

  void noise(Frame& frame) {
    frame.resize(kHeaders + below(kLargestPayload + 1));
    for (std::size_t i = kHeaders; i < frame.size(); ++i) frame[i] = byte();
  }
  void truncate(Frame& frame) { frame.resize(kHeaders + below(frame.size() - kHeaders + 1)); }
  void oversize(Frame& frame) {
    const std::size_t before = frame.size();
    if (before >= kHeaders + kLargestPayload) return flip_bits(frame);
    frame.resize(before + 1 + below(kHeaders + kLargestPayload - before));
    for (std::size_t i = before; i < frame.size(); ++i) frame[i] = byte();
  }
  void flip_bits(Frame& frame) {
    if (frame.size() == kHeaders) return;
    for (std::size_t left = 1 + below(8); left > 0; --left) {
      frame[kHeaders + below(frame.size() - kHeaders)] ^= static_cast<std::uint8_t>(1 << below(8));
    }
  }
  // The head of one with the tail of another: every field is plausible, the seal is not.
  void splice(Frame& frame) {
    const Frame& other = any_original();
    const std::size_t end = std::min(frame.size(), other.size());
    const std::size_t cut = kHeaders + below(end - kHeaders);
    std::copy(other.begin() + static_cast<std::ptrdiff_t>(cut),
              other.begin() + static_cast<std::ptrdiff_t>(end),
              frame.begin() + static_cast<std::ptrdiff_t>(cut));
    if (frame == other) flip_bits(frame);
  }

  std::vector<Frame> originals_;
  std::mt19937_64 chance_;
};

int capture(int argc, char** argv) {
  const PacketSocket socket(option(argc, argv, "--interface", ""), ETH_P_ALL);
  const auto port = static_cast<std::uint16_t>(number(argc, argv, "--port", 9002));
  const std::int64_t count = std::min(number(argc, argv, "--count", 1000), kMostFrames);
  in_addr to{};
  inet_pton(AF_INET, option(argc, argv, "--to", "0.0.0.0"), &to);
  std::ofstream file(option(argc, argv, "--file", ""), std::ios::binary);
  const Nanoseconds end = now() + number(argc, argv, "--seconds", 10) * kSecond;
  std::int64_t taken = 0;
  Frame frame;
  while (!stop_requested && taken < count && now() < end) {
    frame.resize(65536);
    frame.resize(socket.receive(frame.data(), frame.size()));
    if (frame.empty()) {
      socket.wait(100 * kMillisecond);
    } else if (is_wanted(frame, port, to)) {
      const auto size = static_cast<std::uint32_t>(frame.size());
      file.write(reinterpret_cast<const char*>(&size), sizeof size);
      file.write(reinterpret_cast<const char*>(frame.data()), size);
      ++taken;
    }
  }
  std::printf("{\"captured\":%lld}\n", static_cast<long long>(taken));
  return file.flush() && taken > 0 ? 0 : 1;
}

// Sends what `next_frame` yields, one every interval (0: as fast as it goes), `count` times.
template <typename NextFrame>
int send_all(const PacketSocket& socket, std::int64_t count, Nanoseconds interval,
             NextFrame next_frame) {
  std::int64_t sent = 0, refused = 0;
  Nanoseconds next = now();
  while (!stop_requested && sent + refused < count) {
    const Frame& frame = next_frame();
    socket.send(frame.data(), frame.size()) ? ++sent : ++refused;
    next += interval;
    if (next - now() > 100'000) sleep_until(next);
  }
  std::printf("{\"sent\":%lld,\"refused\":%lld}\n", static_cast<long long>(sent),
              static_cast<long long>(refused));
  return 0;
}

int replay(int argc, char** argv) {
  const PacketSocket socket(option(argc, argv, "--interface", ""), ETH_P_IP);
  const std::vector<Frame> frames = read_frames(option(argc, argv, "--file", ""));
  const auto times = std::min(number(argc, argv, "--times", 1), kMostFrames);
  std::size_t at = 0;
  return send_all(socket, times * static_cast<std::int64_t>(frames.size()),
                  number(argc, argv, "--interval-us", 100) * 1000,
                  [&]() -> const Frame& { return frames[at++ % frames.size()]; });
}

int garbage(int argc, char** argv) {
  const PacketSocket socket(option(argc, argv, "--interface", ""), ETH_P_IP);
  Spoiler spoiler(read_frames(option(argc, argv, "--file", "")),
                  static_cast<std::uint64_t>(number(argc, argv, "--seed", 1)));
  Frame frame;
  return send_all(socket, std::min(number(argc, argv, "--count", 1000), kMostFrames),
                  number(argc, argv, "--interval-us", 10) * 1000, [&]() -> const Frame& {
                    frame = spoiler.next();
                    return frame;
                  });
}

}  // namespace
}  // namespace flywall::probe

int main(int argc, char** argv) {
  using namespace flywall::probe;
  const std::string_view command = argc > 1 ? argv[1] : "";
  install_signals();
  if (command == "capture") return capture(argc, argv);
  if (command == "replay") return replay(argc, argv);
  if (command == "garbage") return garbage(argc, argv);
  std::fputs("usage: datagrams capture|replay|garbage --interface IF --file F ...\n", stderr);
  return 2;
}
