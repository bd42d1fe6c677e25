// arp_listener: who answers for an address?
//
//   arp_listener watch --interface IF --address A [--interval-us 2000] [--seconds 60]
//     Asks all the time; reports who answered how often, and questions answered by two.
//   arp_listener sweep --interface IF --address FIRST --count N --not MAC [--seconds 10]
//     Asks for N addresses in a row until each was answered by somebody else than MAC (the old
//     holder); reports when the first and the last one was.
//
// Questions are probes (sender 0.0.0.0), so that asking teaches nobody an address. Reports are one
// line of JSON, at the end (SIGTERM, --seconds) and at SIGUSR1.
#include <algorithm>
#include <map>
#include <vector>

#include "integration/tools/packet_socket.hpp"

namespace flywall::probe {
namespace {

constexpr int kPriority = 15;
constexpr std::size_t kArpFrame = 42;
constexpr std::size_t kMostAddresses = 4096;

std::uint32_t load32(const std::uint8_t* at) {
  return static_cast<std::uint32_t>(at[0] << 24 | at[1] << 16 | at[2] << 8 | at[3]);
}

// Host order, "0.0.0.0" when it is none.
std::uint32_t parse_address(const char* text) {
  in_addr address{};
  inet_pton(AF_INET, text, &address);
  return ntohl(address.s_addr);
}

void ask(const PacketSocket& socket, std::uint32_t address) {
  std::array<std::uint8_t, kArpFrame> frame{};
  std::fill_n(frame.begin(), 6, std::uint8_t{0xff});
  std::copy(socket.mac().begin(), socket.mac().end(), frame.begin() + 6);
  const std::uint8_t head[] = {0x08, 0x06, 0, 1, 8, 0, 6, 4, 0, 1};
  std::copy(std::begin(head), std::end(head), frame.begin() + 12);
  std::copy(socket.mac().begin(), socket.mac().end(), frame.begin() + 22);
  const std::uint32_t wire = htonl(address);
  std::memcpy(frame.data() + 38, &wire, sizeof wire);
  socket.send(frame.data(), frame.size());
}

struct Answer {
  std::uint32_t address;
  Mac mac;
};

// The next ARP reply that was sent to us; false when no frame waits.
bool next_answer(const PacketSocket& socket, Answer& answer) {
  std::array<std::uint8_t, 256> frame;
  while (const std::size_t size = socket.receive(frame.data(), frame.size())) {
    const bool reply =
        size >= kArpFrame && frame[12] == 0x08 && frame[13] == 0x06 && frame[21] == 2;
    if (!reply || std::memcmp(frame.data(), socket.mac().data(), 6) != 0) continue;
    answer.address = load32(frame.data() + 28);
    std::copy_n(frame.begin() + 22, 6, answer.mac.begin());
    return true;
  }
  return false;
}

class Watch {
 public:
  Watch(const PacketSocket& socket, std::uint32_t address) : socket_(socket), address_(address) {}

  void run(Nanoseconds interval, Nanoseconds seconds) {
    Nanoseconds next = now();
    const Nanoseconds end = next + seconds;
    while (!stop_requested && next < end) {
      ask(socket_, address_);
      ++questions_;
      heard_this_time_.clear();
      next = std::max(next + interval, now());
      for (Nanoseconds left = next - now(); left > 0; left = next - now()) {
        socket_.wait(left);
        collect();
      }
      judge();
      if (report_requested) {
        report_requested = 0;
        report();
      }
    }
    report();
  }

 private:
  void collect() {
    for (Answer answer{}; next_answer(socket_, answer);) {
      if (answer.address != address_) continue;
      ++answers_[answer.mac];
      ++heard_this_time_[answer.mac];
      const Nanoseconds at = now();
      if (last_ != 0 && at - last_ > longest_silence_) longest_silence_ = at - last_;
      last_ = at;
    }
  }

  void judge() {
    if (heard_this_time_.empty()) ++unanswered_;
    if (heard_this_time_.size() > 1) ++answered_by_two_;
  }

  void report() {
    std::printf(
        "{\"questions\":%lld,\"unanswered\":%lld,\"answered_by_two\":%lld,"
        "\"longest_silence_ms\":%.3f,\"answers\":{",
        questions_, unanswered_, answered_by_two_, milliseconds(longest_silence_));
    const char* comma = "";
    for (const auto& [mac, count] : answers_) {
      std::printf("%s\"%s\":%lld", comma, to_text(mac).c_str(), count);
      comma = ",";
    }
    std::printf("}}\n");
    std::fflush(stdout);
    questions_ = unanswered_ = answered_by_two_ = 0;
    longest_silence_ = 0;
    answers_.clear();
  }

  const PacketSocket& socket_;
  std::uint32_t address_;
  long long questions_ = 0, unanswered_ = 0, answered_by_two_ = 0;
  Nanoseconds last_ = 0, longest_silence_ = 0;
  std::map<Mac, long long> answers_, heard_this_time_;
};

class Sweep {
 public:
  Sweep(const PacketSocket& socket, std::uint32_t first, std::size_t count, std::string old_holder)
      : socket_(socket), first_(first), old_holder_(std::move(old_holder)), done_(count, false) {}

  // True when every address was answered by somebody else than the old holder.
  bool run(Nanoseconds seconds) {
    constexpr Nanoseconds kRound = 10 * kMillisecond;
    start_ = now();
    Nanoseconds next = start_;
    while (answered_ < done_.size() && !stop_requested && next < start_ + seconds) {
      for (std::size_t i = 0; i < done_.size(); ++i) {
        if (!done_[i]) ask(socket_, first_ + static_cast<std::uint32_t>(i));
        if (i % 16 == 0) collect();
      }
      next = std::max(next + kRound, now());
      for (Nanoseconds left = next - now(); left > 0; left = next - now()) {
        if (answered_ == done_.size()) break;
        socket_.wait(left);
        collect();
      }
    }
    report();
    return answered_ == done_.size();
  }

 private:
  void collect() {
    for (Answer answer{}; next_answer(socket_, answer);) {
      const std::size_t at = answer.address - first_;
      if (at >= done_.size() || done_[at] || to_text(answer.mac) == old_holder_) continue;
      done_[at] = true;
      last_answer_ = now();
      if (answered_++ == 0) first_answer_ = last_answer_;
    }
  }

  void report() const {
    std::printf(
        "{\"addresses\":%zu,\"missing\":%zu,\"first_unix_ms\":%.3f,\"last_unix_ms\":%.3f,"
        "\"spread_ms\":%.3f,\"last_ms\":%.3f}\n",
        done_.size(), done_.size() - answered_,
        answered_ == 0 ? 0.0 : unix_milliseconds(first_answer_),
        answered_ == 0 ? 0.0 : unix_milliseconds(last_answer_),
        milliseconds(last_answer_ - first_answer_),
        answered_ == 0 ? 0.0 : milliseconds(last_answer_ - start_));
  }

  const PacketSocket& socket_;
  std::uint32_t first_;
  std::string old_holder_;
  std::vector<bool> done_;
  std::size_t answered_ = 0;
  Nanoseconds start_ = 0, first_answer_ = 0, last_answer_ = 0;
};

}  // namespace
}  // namespace flywall::probe

int main(int argc, char** argv) {
  using namespace flywall::probe;
  const std::string_view command = argc > 1 ? argv[1] : "";
  const std::uint32_t address = parse_address(option(argc, argv, "--address", ""));
  const auto count = static_cast<std::size_t>(number(argc, argv, "--count", 1));
  if ((command != "watch" && command != "sweep") || address == 0 || count > kMostAddresses) {
    std::fputs("usage: arp_listener watch|sweep --interface IF --address A ...\n", stderr);
    return 2;
  }
  install_signals();
  ask_for_realtime(kPriority);
  const PacketSocket socket(option(argc, argv, "--interface", ""), ETH_P_ARP);
  const Nanoseconds seconds = number(argc, argv, "--seconds", 10) * kSecond;
  if (command == "sweep") {
    return Sweep(socket, address, count, option(argc, argv, "--not", "")).run(seconds) ? 0 : 1;
  }
  Watch watch(socket, address);
  watch.run(number(argc, argv, "--interval-us", 2000) * 1000, seconds);
  return 0;
}
