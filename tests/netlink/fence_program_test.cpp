// The fence's program, packet by packet, by BPF_PROG_TEST_RUN: no interface, no traffic.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "base/address.hpp"
#include "base/clock.hpp"
#include "netlink/fence_layout.h"

extern "C" const unsigned char flywall_fence_object[];
extern "C" const unsigned char flywall_fence_object_end[];

namespace flywall::netlink {
namespace {

using Frame = std::vector<std::uint8_t>;

constexpr int kPass = -1;
constexpr int kDrop = 2;
const IpAddress kGuarded = *IpAddress::parse("10.77.0.100");
const IpAddress kOther = *IpAddress::parse("10.77.0.9");
const IpAddress kGuarded6 = *IpAddress::parse("fd77::100");
const IpAddress kOther6 = *IpAddress::parse("fd77::9");

void add(Frame& frame, std::initializer_list<int> bytes) {
  for (const int byte : bytes) frame.push_back(static_cast<std::uint8_t>(byte));
}
void add(Frame& frame, const IpAddress& address) {
  frame.insert(frame.end(), address.bytes.begin(), address.bytes.begin() + address.size());
}

Frame ethernet(int type) {
  Frame frame(12, 2);
  add(frame, {type >> 8, type & 0xff});
  return frame;
}

Frame arp(const IpAddress& sender, const IpAddress& target, int hardware_length = 6) {
  Frame frame = ethernet(0x0806);
  add(frame, {0, 1, 8, 0, hardware_length, 4, 0, 1, 2, 2, 2, 2, 2, 2});
  add(frame, sender);
  add(frame, {0, 0, 0, 0, 0, 0});
  add(frame, target);
  return frame;
}

Frame ipv4(const IpAddress& source, const IpAddress& destination) {
  Frame frame = ethernet(0x0800);
  add(frame, {0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0});
  add(frame, source);
  add(frame, destination);
  frame.resize(frame.size() + 8);
  return frame;
}

Frame ipv6(const IpAddress& source, const IpAddress& destination, int next_header = 17) {
  Frame frame = ethernet(0x86dd);
  add(frame, {0x60, 0, 0, 0, 0, 24, next_header, 255});
  add(frame, source);
  add(frame, destination);
  return frame;
}

Frame neighbour(int type, const IpAddress& source, const IpAddress& destination,
                const IpAddress& target) {
  Frame frame = ipv6(source, destination, 58);
  add(frame, {type, 0, 0, 0, 0, 0, 0, 0});
  add(frame, target);
  return frame;
}

class FenceProgram : public ::testing::Test {
 protected:
  void SetUp() override {
    object_ = bpf_object__open_mem(
        flywall_fence_object,
        static_cast<std::size_t>(flywall_fence_object_end - flywall_fence_object), nullptr);
    ASSERT_NE(object_, nullptr);
    const int error = bpf_object__load(object_);
    if (error == -EPERM) GTEST_SKIP() << "BPF programs need root";
    ASSERT_EQ(error, 0) << std::strerror(-error);
    guard("00000000000000000000ffff0a4d0064");
    guard("fd770000000000000000000000000100");
    set_gate({.deadline = 0, .forwarding = 0});
  }
  void TearDown() override {
    if (object_) bpf_object__close(object_);
  }

  void set_gate(const fence_gate& value) {
    const std::uint32_t first = 0;
    ASSERT_EQ(bpf_map_update_elem(map("gate"), &first, &value, BPF_ANY), 0);
  }
  int in(const Frame& frame) { return run("fence_in", frame); }
  int out(const Frame& frame) { return run("fence_out", frame); }

 private:
  int map(const char* name) { return bpf_object__find_map_fd_by_name(object_, name); }
  void guard(const char* hex) {
    fence_address key{};
    for (std::size_t i = 0; i < 16; ++i) {
      unsigned byte = 0;
      ASSERT_EQ(std::sscanf(hex + 2 * i, "%2x", &byte), 1);
      key.bytes[i] = static_cast<std::uint8_t>(byte);
    }
    const std::uint8_t there = 1;
    ASSERT_EQ(bpf_map_update_elem(map("guarded"), &key, &there, BPF_ANY), 0);
  }
  int run(const char* name, const Frame& frame) {
    bpf_test_run_opts options{};
    options.sz = sizeof options;
    options.data_in = frame.data();
    options.data_size_in = static_cast<std::uint32_t>(frame.size());
    const int program = bpf_program__fd(bpf_object__find_program_by_name(object_, name));
    EXPECT_EQ(bpf_prog_test_run_opts(program, &options), 0) << std::strerror(errno);
    return static_cast<int>(options.retval);
  }

  bpf_object* object_ = nullptr;
};

TEST_F(FenceProgram, ClosedDropsQuestionsForAndClaimsOfAGuardedAddress) {
  EXPECT_EQ(in(arp(kOther, kGuarded)), kDrop);
  EXPECT_EQ(out(arp(kGuarded, kOther)), kDrop);
  EXPECT_EQ(out(arp(kGuarded, kGuarded)), kDrop) << "a gratuitous ARP";
  EXPECT_EQ(in(neighbour(135, kOther6, *IpAddress::parse("ff02::1:ff00:100"), kGuarded6)), kDrop);
  EXPECT_EQ(out(neighbour(136, *IpAddress::parse("fe80::1"), kOther6, kGuarded6)), kDrop);
}

TEST_F(FenceProgram, ClosedDropsWhatIsSaidToAndByAGuardedAddress) {
  EXPECT_EQ(in(ipv4(kOther, kGuarded)), kDrop);
  EXPECT_EQ(out(ipv4(kGuarded, kOther)), kDrop);
  EXPECT_EQ(in(ipv6(kOther6, kGuarded6)), kDrop);
  EXPECT_EQ(out(ipv6(kGuarded6, kOther6)), kDrop);
}

TEST_F(FenceProgram, ClosedLeavesAllOtherTrafficAlone) {
  const IpAddress third = *IpAddress::parse("10.77.0.3");
  EXPECT_EQ(in(arp(kOther, third)), kPass);
  EXPECT_EQ(out(arp(third, kOther)), kPass);
  EXPECT_EQ(in(ipv4(kOther, third)), kPass);
  EXPECT_EQ(out(ipv6(*IpAddress::parse("fd77::3"), kOther6)), kPass);
  EXPECT_EQ(in(ethernet(0x88cc)), kPass);
}

TEST_F(FenceProgram, ClosedStillLetsThisNodeSpeakToWhoeverHoldsTheAddressNow) {
  EXPECT_EQ(out(arp(kOther, kGuarded)), kPass);
  EXPECT_EQ(in(arp(kGuarded, kOther)), kPass);
  EXPECT_EQ(out(ipv4(kOther, kGuarded)), kPass);
  EXPECT_EQ(in(ipv4(kGuarded, kOther)), kPass);
}

TEST_F(FenceProgram, PassesEverythingUntilTheDeadlineAndNothingAfterIt) {
  set_gate({.deadline = static_cast<std::uint64_t>(nanoseconds(now() + 1h)), .forwarding = 0});
  EXPECT_EQ(in(arp(kOther, kGuarded)), kPass);
  EXPECT_EQ(out(ipv4(kGuarded, kOther)), kPass);
  set_gate({.deadline = static_cast<std::uint64_t>(nanoseconds(now())), .forwarding = 0});
  EXPECT_EQ(in(arp(kOther, kGuarded)), kDrop);
  set_gate({.deadline = FENCE_IDLE, .forwarding = 0});
  EXPECT_EQ(in(arp(kOther, kGuarded)), kPass);
}

TEST_F(FenceProgram, JudgesNoPacketThatIsCutShortOrStrange) {
  // The kernel gives a program no packet without its whole IP header.
  const Frame question = arp(kOther, kGuarded);
  for (std::size_t size = 15; size < question.size(); ++size)
    EXPECT_EQ(in(Frame(question.begin(), question.begin() + static_cast<long>(size))), kPass);
  const Frame solicitation = neighbour(135, kOther6, kOther6, kGuarded6);
  for (std::size_t size = 54; size < solicitation.size(); ++size)
    EXPECT_EQ(in(Frame(solicitation.begin(), solicitation.begin() + static_cast<long>(size))),
              kPass)
        << size;
  EXPECT_EQ(in(solicitation), kDrop);
  EXPECT_EQ(in(arp(kOther, kGuarded, 32)), kPass) << "hardware addresses of 32 bytes";
}

}  // namespace
}  // namespace flywall::netlink
