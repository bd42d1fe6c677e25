// gap_probe: what a client sees of a failover.
//
//   gap_probe server --bind ADDRESS --port PORT
//   gap_probe client --to ADDRESS --port PORT [--interval-us 500] [--seconds 60]
//
// The client sends a numbered datagram every interval; the server echoes it. The report is one line
// of JSON: at the end (SIGTERM or --seconds) and, at SIGUSR1, for the time since the last report.
// Before that, {"running":true} says that answers have begun to arrive.
// A gap is the time between two answers in the order of arrival; it includes one regular interval.
#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "integration/tools/realtime.hpp"

namespace flywall::probe {
namespace {

constexpr std::int64_t kMostDatagrams = 20'000'000;
constexpr long long kAnswersToRun = 100;
constexpr int kPriority = 20;

int udp_socket() {
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) fail("socket");
  const int bytes = 4 << 20;
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  return fd;
}

sockaddr_in endpoint(const char* address, std::int64_t port) {
  sockaddr_in result{};
  result.sin_family = AF_INET;
  result.sin_port = htons(static_cast<std::uint16_t>(port));
  if (inet_pton(AF_INET, address, &result.sin_addr) != 1) {
    std::fprintf(stderr, "not an IPv4 address: %s\n", address);
    std::exit(2);
  }
  return result;
}

void wait_readable(int fd, Nanoseconds at_most) {
  pollfd poller{fd, POLLIN, 0};
  const timespec timeout{at_most / kSecond, at_most % kSecond};
  ppoll(&poller, 1, &timeout, nullptr);
}

int serve(int argc, char** argv) {
  const int fd = udp_socket();
  const auto self =
      endpoint(option(argc, argv, "--bind", "0.0.0.0"), number(argc, argv, "--port", 7));
  if (bind(fd, reinterpret_cast<const sockaddr*>(&self), sizeof self) != 0) fail("bind");
  while (!stop_requested) {
    wait_readable(fd, kSecond);
    char buffer[64];
    sockaddr_in from{};
    socklen_t size = sizeof from;
    ssize_t got = 0;
    while ((got = recvfrom(fd, buffer, sizeof buffer, 0, reinterpret_cast<sockaddr*>(&from),
                           &size)) >= 0) {
      sendto(fd, buffer, static_cast<std::size_t>(got), 0, reinterpret_cast<sockaddr*>(&from),
             size);
    }
  }
  close(fd);
  return 0;
}

class Client {
 public:
  Client(int fd, Nanoseconds interval, bool realtime)
      : fd_(fd), interval_(interval), realtime_(realtime) {}

  void run(Nanoseconds seconds) {
    Nanoseconds next = now();
    const Nanoseconds end = next + seconds;
    while (!stop_requested && next < end && next_number_ < kMostDatagrams) {
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
    const std::uint64_t number = next_number_++;
    seen_.push_back(false);
    ++sent_;
    if (send(fd_, &number, sizeof number, 0) < 0) ++refused_;
  }

  void receive_all() {
    std::uint64_t number = 0;
    ssize_t got = 0;
    while ((got = recv(fd_, &number, sizeof number, 0)) >= 0 || errno == ECONNREFUSED) {
      if (got == sizeof number && number < seen_.size()) note_answer(number);
    }
  }

  void note_answer(std::uint64_t number) {
    if (seen_[number]) {
      ++duplicates_;
      return;
    }
    seen_[number] = true;
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

  void report() {
    std::printf(
        "{\"sent\":%lld,\"received\":%lld,\"lost\":%lld,\"duplicates\":%lld,\"refused\":%lld,"
        "\"longest_gap_ms\":%.3f,\"gap_start_unix_ms\":%.3f,\"gap_end_unix_ms\":%.3f,"
        "\"since_last_answer_ms\":%.3f,\"own_lateness_ms\":%.3f,\"realtime\":%s}\n",
        sent_, received_, sent_ - received_, duplicates_, refused_, milliseconds(longest_gap_),
        longest_gap_ == 0 ? 0.0 : unix_milliseconds(gap_start_),
        longest_gap_ == 0 ? 0.0 : unix_milliseconds(gap_start_ + longest_gap_),
        last_answer_ == 0 ? -1.0 : milliseconds(now() - last_answer_),
        milliseconds(worst_lateness_), realtime_ ? "true" : "false");
    std::fflush(stdout);
    longest_gap_ = worst_lateness_ = 0;
    sent_ = received_ = duplicates_ = refused_ = 0;
  }

  int fd_;
  Nanoseconds interval_;
  bool realtime_;
  bool running_ = false;
  std::vector<bool> seen_;
  std::uint64_t next_number_ = 0;
  long long sent_ = 0, received_ = 0, duplicates_ = 0, refused_ = 0;
  Nanoseconds last_answer_ = 0, longest_gap_ = 0, gap_start_ = 0, worst_lateness_ = 0;
};

int probe(int argc, char** argv) {
  const int fd = udp_socket();
  const auto server = endpoint(option(argc, argv, "--to", ""), number(argc, argv, "--port", 7));
  if (connect(fd, reinterpret_cast<const sockaddr*>(&server), sizeof server) != 0) fail("connect");
  Client client(fd, number(argc, argv, "--interval-us", 500) * 1000, ask_for_realtime(kPriority));
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
