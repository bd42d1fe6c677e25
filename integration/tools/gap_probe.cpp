// gap_probe: what a client sees of a failover.
//
//   gap_probe server --bind ADDRESS [--port PORT]
//   gap_probe client --to ADDRESS [--port PORT | --icmp yes] [--interval-us 500] [--seconds 60]
//
// The client sends a numbered datagram every interval; the server echoes it. With --icmp the
// datagram is an echo request, which the kernel of whoever holds ADDRESS answers (needs
// net.ipv4.ping_group_range). Addresses are IPv4 or IPv6.
// The report is one line of JSON: at the end (SIGTERM or --seconds) and, at SIGUSR1, for the time
// since the last report. Before that, {"running":true} says that answers have begun to arrive.
// A gap is the time between two answers in the order of arrival; it includes one regular interval.
// An answer is reordered when a later question was answered before.
#include <netdb.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "integration/tools/realtime.hpp"

namespace flywall::probe {
namespace {

constexpr std::size_t kMostDatagrams = 20'000'000;
constexpr long long kAnswersToRun = 100;
constexpr int kPriority = 20;
constexpr std::size_t kEchoHeader = 8;  // of ICMP and ICMPv6 alike

struct Server {
  sockaddr_storage address{};
  socklen_t size = 0;
  int family() const { return address.ss_family; }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address); }
};

Server endpoint(const char* text, std::int64_t port) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(text, std::to_string(port).c_str(), &hints, &found) != 0) {
    std::fprintf(stderr, "not an address: %s\n", text);
    std::exit(2);
  }
  Server result;
  std::memcpy(&result.address, found->ai_addr, found->ai_addrlen);
  result.size = found->ai_addrlen;
  freeaddrinfo(found);
  return result;
}

int datagram_socket(int family, int protocol) {
  const int fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
  if (fd < 0) fail("socket");
  const int bytes = 4 << 20;
  setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes);
  return fd;
}

void wait_readable(int fd, Nanoseconds at_most) {
  pollfd poller{fd, POLLIN, 0};
  const timespec timeout{at_most / kSecond, at_most % kSecond};
  ppoll(&poller, 1, &timeout, nullptr);
}

int serve(int argc, char** argv) {
  const Server self =
      endpoint(option(argc, argv, "--bind", "0.0.0.0"), number(argc, argv, "--port", 7));
  const int fd = datagram_socket(self.family(), 0);
  if (bind(fd, self.get(), self.size) != 0) fail("bind");
  while (!stop_requested) {
    wait_readable(fd, kSecond);
    char buffer[64];
    sockaddr_storage from{};
    socklen_t size = sizeof from;
    ssize_t got = 0;
    while ((got = recvfrom(fd, buffer, sizeof buffer, 0, reinterpret_cast<sockaddr*>(&from),
                           &size)) >= 0) {
      sendto(fd, buffer, static_cast<std::size_t>(got), 0, reinterpret_cast<sockaddr*>(&from),
             size);
      size = sizeof from;
    }
  }
  close(fd);
  return 0;
}

// A number as it goes over the wire. The kernel fills in an echo's identifier and checksum.
class Question {
 public:
  Question(bool icmp, int family) : head_(icmp ? kEchoHeader : 0) {
    if (icmp) bytes_[0] = family == AF_INET6 ? ICMP6_ECHO_REQUEST : ICMP_ECHO;
  }

  bool ask(int fd, std::uint64_t number) {
    std::memcpy(bytes_.data() + head_, &number, sizeof number);
    if (head_ != 0) {
      bytes_[6] = static_cast<std::uint8_t>(number >> 8);
      bytes_[7] = static_cast<std::uint8_t>(number);
    }
    return send(fd, bytes_.data(), head_ + sizeof number, 0) >= 0;
  }

  // The next answer that waits; false when none does. What a router said instead (unreachable, ...)
  // is passed over.
  bool answer(int fd, std::uint64_t& number) const {
    std::array<std::uint8_t, 128> bytes;
    for (int verdicts = 0; verdicts < 100;) {
      const ssize_t got = recv(fd, bytes.data(), bytes.size(), 0);
      if (got < 0 && (errno == EAGAIN || errno == EINTR)) return false;
      if (got != static_cast<ssize_t>(head_ + sizeof number)) {
        ++verdicts;
        continue;
      }
      std::memcpy(&number, bytes.data() + head_, sizeof number);
      return true;
    }
    return false;
  }

 private:
  std::size_t head_;
  std::array<std::uint8_t, kEchoHeader + sizeof(std::uint64_t)> bytes_{};
};

class Client {
 public:
  Client(int fd, Question question, Nanoseconds interval, bool realtime)
      : fd_(fd), question_(question), interval_(interval), realtime_(realtime) {}

  void run(Nanoseconds seconds) {
    Nanoseconds next = now();
    const Nanoseconds end = next + seconds;
    while (!stop_requested && next < end && asked_at_.size() < kMostDatagrams) {
      send_one();
      next += interval_;
      for (Nanoseconds left = next - now(); left > 0; left = next - now()) {
        wait_readable(fd_, left);
        receive_all();
      }
      const Nanoseconds late = now() - next;
      worst_lateness_ = std::max(worst_lateness_, late);
      if (late > 20 * interval_) next = now();
      if (report_requested) {
        report_requested = 0;
        report();
      }
    }
    const Nanoseconds grace = now() + 200 * kMillisecond;
    while (received_ < sent_ && now() < grace) {
      wait_readable(fd_, grace - now());
      receive_all();
    }
    report();
  }

 private:
  void send_one() {
    const std::uint64_t number = asked_at_.size();
    asked_at_.push_back(now());
    answered_.push_back(false);
    ++sent_;
    if (!question_.ask(fd_, number)) ++refused_;
  }

  void receive_all() {
    for (std::uint64_t number = 0; question_.answer(fd_, number);) {
      if (number < answered_.size()) note_answer(number);
    }
  }

  void note_answer(std::uint64_t number) {
    if (answered_[number]) {
      ++duplicates_;
      return;
    }
    answered_[number] = true;
    if (number < latest_) ++reordered_;
    latest_ = std::max(latest_, number);
    if (++received_ == kAnswersToRun) announce_running();
    const Nanoseconds at = now();
    if (last_answer_ != 0 && at - last_answer_ > longest_gap_) {
      longest_gap_ = at - last_answer_;
      gap_start_ = last_answer_;
    }
    last_answer_ = at;
  }

  void announce_running() {
    if (std::exchange(running_, true)) return;
    std::printf("{\"running\":true}\n");
    std::fflush(stdout);
  }

  // When the first and the last question went out that nobody answered; 0 when all were answered.
  std::pair<double, double> lost_between() const {
    const auto begin = answered_.begin() + static_cast<std::ptrdiff_t>(reported_);
    const auto first = std::find(begin, answered_.end(), false);
    if (first == answered_.end()) return {0.0, 0.0};
    const auto last = std::find(answered_.rbegin(), answered_.rend(), false).base() - 1;
    const auto sent_at = [&](auto position) {
      return unix_milliseconds(asked_at_[static_cast<std::size_t>(position - answered_.begin())]);
    };
    return {sent_at(first), sent_at(last)};
  }

  void report() {
    const auto [first_lost, last_lost] = lost_between();
    std::printf(
        "{\"sent\":%lld,\"received\":%lld,\"lost\":%lld,\"duplicates\":%lld,\"reordered\":%lld,"
        "\"refused\":%lld,\"longest_gap_ms\":%.3f,\"gap_start_unix_ms\":%.3f,"
        "\"gap_end_unix_ms\":%.3f,\"first_lost_unix_ms\":%.3f,\"last_lost_unix_ms\":%.3f,"
        "\"since_last_answer_ms\":%.3f,\"own_lateness_ms\":%.3f,\"realtime\":%s}\n",
        sent_, received_, sent_ - received_, duplicates_, reordered_, refused_,
        milliseconds(longest_gap_), longest_gap_ == 0 ? 0.0 : unix_milliseconds(gap_start_),
        longest_gap_ == 0 ? 0.0 : unix_milliseconds(gap_start_ + longest_gap_), first_lost,
        last_lost, last_answer_ == 0 ? -1.0 : milliseconds(now() - last_answer_),
        milliseconds(worst_lateness_), realtime_ ? "true" : "false");
    std::fflush(stdout);
    longest_gap_ = worst_lateness_ = 0;
    sent_ = received_ = duplicates_ = reordered_ = refused_ = 0;
    reported_ = answered_.size();
  }

  int fd_;
  Question question_;
  Nanoseconds interval_;
  bool realtime_;
  bool running_ = false;
  std::vector<bool> answered_;         // by number
  std::vector<Nanoseconds> asked_at_;  // by number
  std::size_t reported_ = 0;           // numbers before this one were reported already
  std::uint64_t latest_ = 0;           // the highest number answered
  long long sent_ = 0, received_ = 0, duplicates_ = 0, reordered_ = 0, refused_ = 0;
  Nanoseconds last_answer_ = 0, longest_gap_ = 0, gap_start_ = 0, worst_lateness_ = 0;
};

int probe(int argc, char** argv) {
  const Server server = endpoint(option(argc, argv, "--to", ""), number(argc, argv, "--port", 7));
  const bool icmp = std::string_view(option(argc, argv, "--icmp", "no")) == "yes";
  int protocol = 0;
  if (icmp) protocol = IPPROTO_ICMP;
  if (icmp && server.family() == AF_INET6) protocol = IPPROTO_ICMPV6;
  const int fd = datagram_socket(server.family(), protocol);
  if (connect(fd, server.get(), server.size) != 0) fail("connect");
  Client client(fd, Question(icmp, server.family()),
                number(argc, argv, "--interval-us", 500) * 1000, ask_for_realtime(kPriority));
  client.run(number(argc, argv, "--seconds", 60) * kSecond);
  close(fd);
  return 0;
}

}  // namespace
}  // namespace flywall::probe

int main(int argc, char** argv) {
  using namespace flywall::probe;
  const std::string_view command = argc > 1 ? argv[1] : "";
  install_signals();
  if (command == "client") return probe(argc, argv);
  if (command == "server") {
    ask_for_realtime(kPriority);
    return serve(argc, argv);
  }
  std::fputs("usage: gap_probe client --to ADDRESS | server --bind ADDRESS [--port PORT] ...\n",
             stderr);
  return 2;
}
