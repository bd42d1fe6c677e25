#include "netlink/announcer.hpp"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/check.hpp"
#include "netlink/arp_frame.hpp"
#include "netlink/ndp_message.hpp"
#include "netlink/open_socket.hpp"

namespace flywall::netlink {

namespace {

constexpr std::size_t kForms = 2;
constexpr std::size_t kFrames = kForms * kAnnouncementsPerBatch;

// The frames of one batch with the structures sendmmsg wants.
struct Outgoing {
  std::array<std::array<std::uint8_t, kAdvertisementBytes>, kFrames> frames;
  std::array<iovec, kFrames> pieces{};
  std::array<sockaddr_ll, kFrames> targets{};
  std::array<mmsghdr, kFrames> messages{};
  std::array<std::uint32_t, kFrames> origins{};  // position of the announcement
  std::size_t count = 0;

  // A whole frame; its first bytes are the destination.
  void add(Bytes frame, std::uint16_t protocol, const Announcement& to, std::uint32_t origin) {
    std::ranges::copy(frame, frames[count].begin());
    pieces[count] = {frames[count].data(), frame.size()};
    sockaddr_ll& target = targets[count];
    target.sll_family = AF_PACKET;
    target.sll_protocol = htons(protocol);
    target.sll_ifindex = static_cast<int>(to.interface_index);
    target.sll_halen = ETH_ALEN;
    std::ranges::copy(frame.first(ETH_ALEN), target.sll_addr);
    msghdr& header = messages[count].msg_hdr;
    header.msg_name = &target;
    header.msg_namelen = sizeof target;
    header.msg_iov = &pieces[count];
    header.msg_iovlen = 1;
    origins[count++] = origin;
  }
  void announce(const Announcement& one, std::uint32_t origin) {
    if (one.address.family == Family::ipv6) {
      add(unsolicited_advertisement(one.mac, one.address, one.router), ETH_P_IPV6, one, origin);
      return;
    }
    for (const ArpOperation form : {ArpOperation::request, ArpOperation::reply})
      add(gratuitous_arp(form, one.mac, one.address), ETH_P_ARP, one, origin);
  }
};

bool announceable(const Announcement& announcement) {
  return announcement.address.family != Family::none && announcement.hardware_length == ETH_ALEN;
}

bool queue_is_full(int errno_value) { return errno_value == EAGAIN || errno_value == ENOBUFS; }

}  // namespace

Announcer::Announcer(Descriptor socket) : socket_(std::move(socket)) {}

Result<Announcer> Announcer::create() {
  auto socket = open_packet_socket("announce addresses", 0);
  if (!socket) return std::unexpected(std::move(socket.error()));
  enlarge_send_buffer(socket->get(), kAnnouncerBufferBytes);
  return Announcer(std::move(*socket));
}

Announcer::Unsent Announcer::send(std::span<const Announcement> announcements) {
  FLYWALL_CHECK(announcements.size() <= kAnnouncementsPerBatch);
  Outgoing out;
  for (std::uint32_t i = 0; i < announcements.size(); ++i) {
    const Announcement& one = announcements[i];
    if (!announceable(one)) {
      ++counters_.refused;
      continue;
    }
    out.announce(one, i);
  }
  Unsent unsent;
  std::uint32_t blocked = 0;  // an interface whose queue is full
  for (std::size_t next = 0; next < out.count;) {
    const std::uint32_t origin = out.origins[next];
    int sent = -1;
    int errno_value = ENOBUFS;
    if (announcements[origin].interface_index != blocked) {
      const auto count = static_cast<unsigned>(out.count - next);
      sent = sendmmsg(socket_.get(), &out.messages[next], count, MSG_DONTWAIT);
      errno_value = errno;
    }
    if (sent > 0) {
      counters_.frames += static_cast<std::uint64_t>(sent);
      next += static_cast<std::size_t>(sent);
    } else if (queue_is_full(errno_value)) {
      blocked = announcements[origin].interface_index;
      unsent.push_back(origin);
      while (next < out.count && out.origins[next] == origin) ++next;
    } else if (errno_value != EINTR) {
      ++counters_.failed;
      ++next;
    }
  }
  return unsent;
}

}  // namespace flywall::netlink
