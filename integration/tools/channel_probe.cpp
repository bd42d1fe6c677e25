// Two ends of the channel on a real network, for figures.
//
//   channel_probe serve ADDRESS:PORT                consumes whatever comes, until it is ended
//   channel_probe drive ADDRESS:PORT SECONDS DATA   sends a small urgent message every 5 ms, first
//                                                   alone, then beside a bulk stream of low
//                                                   priority (DATA: text or noise); prints one line
//                                                   of JSON
//
// A message's time is from send() until its consumption is known here. The secret is a fixed one.
#include <sodium.h>
#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>

#include "base/clock.hpp"
#include "replication/await.hpp"
#include "replication/mesh.hpp"

namespace {

using namespace flywall;
using namespace flywall::replication;
namespace asio = boost::asio;

constexpr Duration kPace = 5ms;
constexpr std::size_t kSmall = 200;

MeshSetting setting_for(const char* name, const HostPort& listen, std::vector<Target> targets) {
  MeshSetting setting{.self = {.node = NodeId(name), .instance = InstanceId{1}},
                      .cluster_id = "probe",
                      .keys = {},
                      .listen = listen,
                      .targets = std::move(targets)};
  setting.keys.push_back(channel_key(SecretKey()));
  return setting;
}

void serve(const HostPort& at) {
  asio::io_context io;
  Mesh mesh(io.get_executor(),
            {.connected = [](const NodeId&, const std::string&) {},
             .lost = [](const NodeId&, Ending, const std::string&) {},
             .trouble = [](const std::string& why) { std::fprintf(stderr, "%s\n", why.c_str()); },
             .events =
                 [](Link& link, const std::vector<Event>& events) {
                   for (const Event& event : events)
                     if (const auto* arrived = std::get_if<event::Arrived>(&event))
                       link.connection().streams().consumed(arrived->stream, arrived->sequence);
                 }});
  mesh.configure(setting_for("serve", at, {}));
  io.run();
}

Buffer sample_of(const std::string& kind) {
  Buffer data(4 << 20);
  std::mt19937 chance(1);
  if (kind == "noise") {
    for (auto& byte : data) byte = static_cast<std::uint8_t>(chance());
    return data;
  }
  std::string text;
  while (text.size() < data.size())
    text += "  rule { source = \"10." + std::to_string(chance() % 256) + "." +
            std::to_string(chance() % 256) + ".0/24\"  port = " + std::to_string(chance() % 65536) +
            "  action = \"accept\" }\n";
  std::copy_n(text.begin(), data.size(), data.begin());
  return data;
}

double processor_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

class Drive {
 public:
  Drive(const HostPort& to, Duration length, const std::string& kind)
      : length_(length),
        sample_(sample_of(kind)),
        mesh_(io_.get_executor(),
              {.connected = [](const NodeId&, const std::string&) {},
               .lost = [](const NodeId&, Ending, const std::string&) {},
               .trouble = [](const std::string& why) { std::fprintf(stderr, "%s\n", why.c_str()); },
               .events = [this](Link& link,
                                const std::vector<Event>& events) { hear(link, events); }}) {
    mesh_.configure(setting_for("drive", {"127.0.0.1", 0}, {{NodeId("serve"), {to}}}));
  }

  void run() {
    asio::co_spawn(io_, measure(), asio::detached);
    io_.run();
  }

 private:
  asio::awaitable<void> measure() {
    asio::steady_timer timer(io_);
    while (!(link_ = mesh_.link(NodeId("serve")))) {
      timer.expires_after(10ms);
      co_await timer.async_wait(kAwaitTuple);
    }
    Multiplexer& streams = link_->connection().streams();
    small_ = *streams.open({.name = "small", .priority = 1, .packed = true});
    co_await pace(timer);
    const std::string alone = summary();
    bulk_ = *streams.open({.name = "bulk", .priority = 6, .packed = true});
    const double before = processor_seconds();
    const std::uint64_t wire = link_->connection().wire_sent();
    fill(*link_);
    co_await pace(timer);
    const double megabytes = static_cast<double>(bulk_bytes_) / 1e6;
    const double seconds = std::chrono::duration<double>(length_).count();
    std::printf(
        "{\"alone\":%s,\"beside_bulk\":%s,\"bulk_mb_per_s\":%.1f,\"wire_mb_per_s\":%.1f,"
        "\"processor_ns_per_byte\":%.2f}\n",
        alone.c_str(), summary().c_str(), megabytes / seconds,
        static_cast<double>(link_->connection().wire_sent() - wire) / 1e6 / seconds,
        (processor_seconds() - before) * 1e3 / megabytes);
    io_.stop();
  }

  asio::awaitable<void> pace(asio::steady_timer& timer) {
    const Buffer message(kSmall, 's');
    const Time end = now() + length_;
    while (now() < end) {
      if (link_->connection().streams().send(small_, message, 1, now())) sent_.push_back(now());
      link_->kick();
      timer.expires_after(kPace);
      co_await timer.async_wait(kAwaitTuple);
    }
  }

  void hear(Link& link, const std::vector<Event>& events) {
    for (const Event& event : events) {
      const auto* acknowledged = std::get_if<event::Acknowledged>(&event);
      if (acknowledged == nullptr || acknowledged->stream != small_) continue;
      for (; heard_ < acknowledged->sequence; ++heard_)
        times_.push_back(std::chrono::duration<double, std::micro>(now() - sent_[heard_]).count());
    }
    fill(link);
  }

  void fill(Link& link) {
    if (bulk_ == StreamId{}) return;
    while (true) {
      if (at_ + kMaxMessage > sample_.size()) at_ = 0;
      const Bytes block = Bytes(sample_).subspan(at_, kMaxMessage);
      if (!link.connection().streams().send(bulk_, block, 1, now())) break;
      at_ += kMaxMessage;
      bulk_bytes_ += kMaxMessage;
    }
    link.kick();
  }

  std::string summary() {
    std::ranges::sort(times_);
    const auto at = [&](double part) {
      if (times_.empty()) return 0.0;
      return times_[std::min(times_.size() - 1,
                             static_cast<std::size_t>(part * static_cast<double>(times_.size())))];
    };
    char text[160];
    std::snprintf(text, sizeof text,
                  "{\"messages\":%zu,\"median_us\":%.0f,\"p99_us\":%.0f,\"worst_us\":%.0f}",
                  times_.size(), at(0.5), at(0.99), at(1.0));
    times_.clear();
    return text;
  }

  Duration length_;
  Buffer sample_;
  asio::io_context io_{1};
  Mesh mesh_;
  std::shared_ptr<Link> link_;
  StreamId small_, bulk_;
  std::vector<Time> sent_;  // of each small message
  std::size_t heard_ = 0;
  std::vector<double> times_;  // microseconds
  std::uint64_t bulk_bytes_ = 0;
  std::size_t at_ = 0;
};

}  // namespace

int main(int count, char** words) {
  const std::string what = count > 2 ? words[1] : "";
  const auto at = HostPort::parse(count > 2 ? words[2] : "");
  if (sodium_init() < 0 || !at) return EXIT_FAILURE;
  if (what == "serve") serve(*at);
  if (what == "drive" && count == 5)
    Drive(*at, std::chrono::milliseconds(std::atoi(words[3]) * 1000), words[4]).run();
  return EXIT_SUCCESS;
}
