// The services process as a whole, on a network of its own.
#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/clock.hpp"
#include "netlink/address_dump.hpp"
#include "netlink/route_socket.hpp"
#include "tests/daemon/services_fixture.hpp"

namespace flywall::services {
namespace {

namespace message = processes::message;
using nlohmann::json;

[[maybe_unused]] testing::Environment* const kNetwork =
    testing::AddGlobalTestEnvironment(new OwnNetwork);

struct Receiver {
  explicit Receiver(const char* address) {
    const IpAddress ip = *IpAddress::parse(address);
    const bool six = ip.family == Family::ipv6;
    socket.reset(::socket(six ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_in6 at{};
    socklen_t size = sizeof at;
    if (six) {
      at.sin6_family = AF_INET6;
      at.sin6_addr = in6addr_loopback;
      EXPECT_EQ(bind(socket.get(), reinterpret_cast<sockaddr*>(&at), size), 0);
    } else {
      sockaddr_in four{};
      four.sin_family = AF_INET;
      std::memcpy(&four.sin_addr, ip.bytes.data(), 4);
      EXPECT_EQ(bind(socket.get(), reinterpret_cast<sockaddr*>(&four), sizeof four), 0);
    }
    getsockname(socket.get(), reinterpret_cast<sockaddr*>(&at), &size);
    here = {ip, ntohs(at.sin6_port)};  // the port lies at the same place in both families
  }
  std::string receive(int timeout_ms) {
    pollfd waiting{.fd = socket.get(), .events = POLLIN, .revents = 0};
    if (poll(&waiting, 1, timeout_ms) != 1) return "";
    char bytes[512];
    const ssize_t size = recv(socket.get(), bytes, sizeof bytes, 0);
    return size > 0 ? std::string(bytes, static_cast<std::size_t>(size)) : "";
  }
  Descriptor socket;
  Endpoint here;
};

message::LastWill will(std::uint8_t path, const Receiver& to, const std::string& bytes) {
  message::LastWill result;
  result.path = PathIndex{path};
  result.to = to.here;
  result.source = to.here.address;
  result.size = static_cast<std::uint16_t>(bytes.size());
  std::memcpy(result.bytes.data(), bytes.data(), bytes.size());
  return result;
}

int milliseconds_of_patience() { return static_cast<int>(kPatience / 1ms); }

TEST_F(Services, E11WillsLeaveAtOnceThreeTimesPerPathAndOnlyTheLatest) {
  std::vector<double> delays;
  for (int round = 0; round < 20; ++round) {
    Receiver four("127.0.0.1");
    Receiver six("::1");
    ServicesProcess process(folder_, {}, life(1));
    process.channel().send(will(0, four, "an old will"));
    process.channel().send(will(1, six, "will over six"));
    process.channel().send(will(2, four, "a path that is gone"));
    process.settle();
    // Read after the death, as a last change would be.
    process.channel().send(will(0, four, "will over four"));
    process.channel().send(message::LastWill{.path = PathIndex{2}});
    const Time death = now();
    process.close_channel();
    EXPECT_EQ(four.receive(milliseconds_of_patience()), "will over four");
    delays.push_back(static_cast<double>((now() - death).count()) / 1e6);
    for (int copy = 0; copy < 2; ++copy) EXPECT_EQ(four.receive(1000), "will over four");
    for (int copy = 0; copy < 3; ++copy) EXPECT_EQ(six.receive(1000), "will over six");
    EXPECT_EQ(process.exit_status(), 1);
    EXPECT_EQ(four.receive(0), "");
  }
  std::sort(delays.begin(), delays.end());
  std::printf(
      "from the end of the failover process to the first will: median %.3f ms, worst %.3f ms\n",
      delays[delays.size() / 2], delays.back());
}

TEST_F(Services, TheAddressesGoWithTheFailoverProcess) {
  netlink::ObservedAddress address;
  address.interface_index = 1;
  address.prefix = *Prefix::parse("10.9.9.9/32");
  address.tag = netlink::address_tag("flywall");
  auto socket = netlink::RouteSocket::create();
  ASSERT_TRUE(socket);
  const netlink::AddressChange change{netlink::ChangePurpose::claim, address};
  ASSERT_TRUE(socket->execute({&change, 1}));
  const auto present = [&] {
    const auto all = netlink::address_dump(*socket);
    return all && std::any_of(all->begin(), all->end(),
                              [&](const auto& one) { return one.prefix == address.prefix; });
  };
  ASSERT_TRUE(present());
  ServicesProcess process(folder_, {}, life(1));
  process.settle();
  process.close_channel();
  EXPECT_EQ(process.exit_status(), 1);
  EXPECT_FALSE(present());
}

TEST_F(Services, AWillIsSentThoughTheDeadOneHadNotReadItsMessages) {
  Receiver receiver("127.0.0.1");
  ServicesProcess process(folder_, {}, life(1));
  process.settle();
  // An answer that nobody reads: the end of the pair is then seen as a reset first.
  process.channel().send(message::ReserveEpochs{Epoch{9'000'000}});
  pollfd waiting{.fd = process.channel().fd(), .events = POLLIN, .revents = 0};
  ASSERT_EQ(poll(&waiting, 1, milliseconds_of_patience()), 1);
  process.channel().send(will(0, receiver, "still said"));
  process.close_channel();
  EXPECT_EQ(receiver.receive(milliseconds_of_patience()), "still said");
  EXPECT_EQ(process.exit_status(), 1);
}

TEST_F(Services, AFarewellEndsWithoutWills) {
  Receiver receiver("127.0.0.1");
  ServicesProcess process(folder_, {}, life(1));
  process.channel().send(will(0, receiver, "must not be said"));
  process.settle();
  process.farewell();
  EXPECT_EQ(process.exit_status(), 0);
  EXPECT_EQ(receiver.receive(0), "");
  EXPECT_FALSE(std::filesystem::exists(process.socket_path()));
}

TEST_F(Services, SignalsOfAnOperatorDoNotEndIt) {
  ServicesProcess process(folder_, {}, life(1));
  process.await_api();
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGPIPE}) process.kill(signal);
  process.settle();
  EXPECT_EQ(status_of(ask(process, get("/healthz"))), 200U);
}

TEST_F(Services, E3TheFloorIsWhatEarlierLivesMayHaveUsed) {
  const auto reserved = [&](std::uint64_t instance) {
    ServicesProcess process(folder_, {}, life(instance));
    return process.next<message::EpochsReserved>().value_or(message::EpochsReserved{});
  };
  const auto first = reserved(1);
  EXPECT_EQ(first.floor, Epoch{0});
  EXPECT_EQ(first.up_to, Epoch{64});
  const auto restarted = reserved(1);
  EXPECT_EQ(restarted.floor, Epoch{0});
  EXPECT_EQ(restarted.up_to, Epoch{64});
  const auto next_life = reserved(2);
  EXPECT_EQ(next_life.floor, Epoch{64});
  EXPECT_EQ(next_life.up_to, Epoch{128});
}

TEST_F(Services, HistorySurvivesARestartAndIsNewestFirst) {
  {
    ServicesProcess process(folder_, {}, life(1));
    for (int i = 1; i <= 3; ++i)
      process.channel().send(message::History{{.wall_ms = i,
                                               .reason = heartbeat::Reason::peer_silent,
                                               .epoch = Epoch{static_cast<std::uint64_t>(i)}}});
    process.settle();
  }
  ServicesProcess process(folder_, {}, life(2));
  process.await_api();
  const json history =
      json::parse(body_of(ask(process, get("/api/ha/history?limit=2"))))["history"];
  ASSERT_EQ(history.size(), 2U);
  EXPECT_EQ(history[0]["epoch"], 3);
  EXPECT_EQ(history[1]["epoch"], 2);
  EXPECT_EQ(history[0]["reason"], "peer_silent");
  EXPECT_EQ(status_of(ask(process, get("/api/ha/history?limit=x"))), 400U);
}

TEST_F(Services, AFullDiskCostsTheReservationButNothingElse) {
  const std::string disk = folder_.path() + "/disk";
  std::filesystem::create_directory(disk);
  ASSERT_EQ(mount("none", disk.c_str(), "tmpfs", 0, "size=64k"), 0);
  {
    std::ofstream filler(disk + "/filler", std::ios::binary);
    const std::string block(4096, 'x');
    while (filler.write(block.data(), 4096).flush()) {
    }
  }
  {
    ServicesProcess process(folder_, {.state_dir = disk + "/state"}, life(1));
    const auto refused = process.next<message::EpochsUnavailable>();
    ASSERT_TRUE(refused);
    EXPECT_FALSE(refused->detail.empty());
    process.channel().send(message::History{{.wall_ms = 5, .epoch = Epoch{5}}});
    process.await_api();
    EXPECT_TRUE(wait_until([&] {
      const json history =
          json::parse(body_of(ask(process, get("/api/ha/history"))), nullptr, false);
      return history.contains("history") && !history["history"].empty();
    }));
    const json status = json::parse(body_of(ask(process, get("/api/ha/status"))));
    EXPECT_NE(status["warnings"].dump().find("memory only"), std::string::npos)
        << status["warnings"];
    // Room again: the same process reserves at the next request.
    std::filesystem::remove(disk + "/filler");
    ASSERT_EQ(mount("none", disk.c_str(), "tmpfs", MS_REMOUNT, "size=8m"), 0);
    process.settle();
  }
  umount2(disk.c_str(), MNT_DETACH);
}

TEST_F(Services, ACorruptDatabaseIsSetAside) {
  const std::string state = folder_.path() + "/state";
  std::filesystem::create_directory(state);
  std::ofstream(state + "/flywall.db") << std::string(100'000, 'x');
  ServicesProcess process(folder_, {}, life(1));
  const auto reserved = process.next<message::EpochsReserved>();
  ASSERT_TRUE(reserved);
  EXPECT_EQ(reserved->up_to, Epoch{64});
  int aside = 0;
  for (const auto& file : std::filesystem::directory_iterator(state))
    aside += file.path().filename().string().starts_with("flywall.db.corrupt-") ? 1 : 0;
  EXPECT_EQ(aside, 1);
}

TEST_F(Services, PeersAreResolvedAndAnUnknownNameIsNoError) {
  ServicesProcess process(folder_, {.extra = R"(
  peer "fw2" { addresses = ["10.1.1.2", "fd00::2"] }
  peer "fw3" { addresses = ["no-such-host.invalid"] }
)"},
                          life(1));
  const auto resolved =
      process.next<message::PeerResolved>([](const auto& one) { return one.peer.value == 0; });
  ASSERT_TRUE(resolved);
  ASSERT_EQ(resolved->addresses.size(), 2U);
  EXPECT_EQ(resolved->addresses[0], *IpAddress::parse("10.1.1.2"));
  EXPECT_EQ(resolved->addresses[1], *IpAddress::parse("fd00::2"));
  process.settle();
}

TEST_F(Services, TheHeartbeatPortAcceptsTcpAndClosesWithoutAByte) {
  ServicesProcess process(folder_, {}, life(1));
  for (const char* address : {"127.0.0.1", "::1"}) {
    Descriptor visitor;
    EXPECT_TRUE(wait_until([&] {
      visitor = connect_tcp({*IpAddress::parse(address), kHeartbeatPort});
      return static_cast<bool>(visitor);
    }));
    EXPECT_EQ(exchange(visitor, ""), "");
  }
}

TEST_F(Services, OverLoopbackRootMayAndNobodyMayNot) {
  ServicesProcess process(folder_, {}, life(1));
  process.await_api();
  const Endpoint api{*IpAddress::parse("127.0.0.1"), kApiPort};
  ASSERT_TRUE(wait_until([&] { return static_cast<bool>(connect_tcp(api)); }));
  const auto ask_tcp = [&](const std::string& headers) {
    return as_nobody([&] {
      return status_of(exchange(connect_tcp(api), post("/api/ha/failover", headers, ""))) == 403
                 ? 1
                 : 2;
    });
  };
  EXPECT_EQ(ask_tcp(""), 1);
  EXPECT_EQ(ask_tcp("Authorization: Bearer wrong\r\n"), 1);
  EXPECT_EQ(as_nobody([&] {
              return status_of(exchange(connect_tcp(api), get("/api/ha/status"))) == 200 ? 1 : 2;
            }),
            1);

  const auto accepted = [&](const std::function<Descriptor()>& client) {
    const Descriptor end = client();
    const auto asked = process.next<message::FailoverRequest>();
    if (!asked) return std::string("nobody asked");
    process.channel().send(
        message::CommandAnswer{asked->request, true, heartbeat::Reason::operator_request});
    EXPECT_EQ(status_of(exchange(end, "")), 202U);
    return asked->by.str();
  };
  const auto send_as_root = [&](const std::string& headers) {
    Descriptor end = connect_tcp(api);
    const std::string request = post("/api/ha/failover", headers);
    EXPECT_GT(send(end.get(), request.data(), request.size(), 0), 0);
    return end;
  };
  EXPECT_EQ(accepted([&] { return send_as_root(""); }), "uid 0");
}

TEST_F(Services, AClientThatClosesAtOnceIsNotTakenForRoot) {
  ServicesProcess process(folder_, {}, life(1));
  process.await_api();
  const Endpoint api{*IpAddress::parse("127.0.0.1"), kApiPort};
  ASSERT_TRUE(wait_until([&] { return static_cast<bool>(connect_tcp(api)); }));
  as_nobody([&] {
    for (int i = 0; i < 200; ++i) {
      const Descriptor end = connect_tcp(api);
      const std::string request = post("/api/ha/failover");
      send(end.get(), request.data(), request.size(), MSG_NOSIGNAL);
    }
    return 0;
  });
  // Once all of them are worked off, there is room again. (/healthz would judge the age of the
  // snapshot, which nobody renews here.)
  EXPECT_TRUE(wait_until(
      [&] { return status_of(exchange(connect_tcp(api), get("/api/ha/history"))) == 200; }));
  processes::ToFailover received;
  while (process.channel().receive(received) == processes::Received::message)
    EXPECT_FALSE(std::holds_alternative<message::FailoverRequest>(received));
}

TEST_F(Services, TheTokenOpensForNobodyToo) {
  ServicesProcess process(folder_, {.ha = "transfer_timeout = \"100ms\"\n"}, life(1));
  process.await_api();
  const Endpoint api{*IpAddress::parse("127.0.0.1"), kApiPort};
  ASSERT_TRUE(wait_until([&] { return static_cast<bool>(connect_tcp(api)); }));
  // The failover process does not answer: 503 after the time limit shows that it was asked.
  const std::string headers = std::string("Authorization: Bearer ") + kToken + "\r\n";
  EXPECT_EQ(as_nobody([&] {
              return status_of(exchange(connect_tcp(api), post("/api/ha/failover", headers))) == 503
                         ? 1
                         : 2;
            }),
            1);
  EXPECT_TRUE(process.next<message::FailoverRequest>());
}

TEST_F(Services, ForeignHostsAndOriginsAreRefusedAndRecorded) {
  ServicesProcess process(folder_, {}, life(1));
  process.await_api();
  for (const char* header : {"Origin: http://evil.example\r\n", "Sec-Fetch-Site: cross-site\r\n"})
    EXPECT_EQ(status_of(ask(process, post("/api/ha/failover", header))), 403U);
  EXPECT_EQ(status_of(ask(
                process,
                "GET /api/ha/status HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")),
            403U);
  EXPECT_EQ(status_of(ask(process, post("/api/ha/failover", "Content-Type: text/plain\r\n", "{}"))),
            415U);
  const json history = json::parse(body_of(ask(process, get("/api/ha/history"))))["history"];
  ASSERT_EQ(history.size(), 4U);
  EXPECT_EQ(history[0]["event"], "command");
  EXPECT_EQ(history[0]["detail"], "POST /api/ha/failover by uid 0 refused: UNSUPPORTED_MEDIA_TYPE");
}

TEST_F(Services, ADeadLogPipeNeitherBlocksNorKills) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  Descriptor reader(ends[0]);
  Descriptor writer(ends[1]);
  ServicesProcess process(folder_, {.stderr_fd = writer.get()}, life(1));
  const auto flood = [&] {
    for (int i = 0; i < 2000; ++i) {
      while (!process.channel().send(
          message::History{{.detail = InlineText<120>::cut(std::string(120, 'x'))}}))
        process.settle();
    }
    process.settle();
  };
  flood();         // nobody reads: the pipe is full
  reader.reset();  // nobody can read any more
  flood();
  process.await_api();
  EXPECT_EQ(status_of(ask(process, get("/api/ha/status"))), 200U);
  process.farewell();
  EXPECT_EQ(process.exit_status(), 0);
}

TEST_F(Services, ItStaysSmall) {
  ServicesProcess process(folder_, {}, life(1));
  process.await_api();
  for (int i = 0; i < 50; ++i) EXPECT_EQ(status_of(ask(process, get("/api/ha/status"))), 200U);
  std::ifstream status("/proc/" + std::to_string(process.pid()) + "/status");
  std::string line;
  long resident = 0;
  while (std::getline(status, line))
    if (line.starts_with("VmRSS:")) resident = std::stol(line.substr(6));
  std::printf("services process: %ld KB resident\n", resident);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(__clang__)
  EXPECT_LT(resident, 28 * 1024);
#endif
}

TEST_F(Services, ASecondDaemonDoesNotTakeTheSocketAway) {
  ServicesProcess process(folder_, {}, life(1));
  process.await_api();
  Folder other;
  ServicesProcess second(folder_, {.state_dir = other.path() + "/state"}, life(2));
  second.settle();
  const json status = json::parse(body_of(ask(process, get("/api/ha/status"))));
  EXPECT_EQ(status["node_id"], "fw1");
  second.farewell();
  EXPECT_EQ(second.exit_status(), 0);
  EXPECT_EQ(status_of(ask(process, get("/healthz"))), 200U);
}

TEST_F(Services, WhatAKilledOneLeftBehindIsReplaced) {
  {
    ServicesProcess process(folder_, {}, life(1));
    process.await_api();
    process.kill(SIGKILL);
    EXPECT_EQ(process.exit_status(), 128 + SIGKILL);
  }
  ServicesProcess process(folder_, {}, life(1));
  process.await_api();
  EXPECT_EQ(status_of(ask(process, get("/healthz"))), 200U);
}

}  // namespace
}  // namespace flywall::services
