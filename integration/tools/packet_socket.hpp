// A raw socket on one interface (AF_PACKET), and the few header fields the probes touch.
// Knows Ethernet, ARP and IPv4/UDP offsets; knows nothing of what a datagram carries.
#pragma once

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>

#include "integration/tools/realtime.hpp"

namespace flywall::probe {

using Mac = std::array<std::uint8_t, 6>;

inline std::string to_text(const Mac& mac) {
  char text[18];
  std::snprintf(text, sizeof text, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3],
                mac[4], mac[5]);
  return text;
}

class PacketSocket {
 public:
  // `protocol` in host order, e.g. ETH_P_ARP. Ends the program when the interface is not there.
  PacketSocket(const char* interface, std::uint16_t protocol)
      : fd_(socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, htons(protocol))) {
    if (fd_ < 0) fail("packet socket");
    sockaddr_ll self{};
    self.sll_family = AF_PACKET;
    self.sll_protocol = htons(protocol);
    self.sll_ifindex = static_cast<int>(if_nametoindex(interface));
    if (self.sll_ifindex == 0) fail(interface);
    if (bind(fd_, reinterpret_cast<const sockaddr*>(&self), sizeof self) != 0) fail(interface);
    const int bytes = 8 << 20;
    setsockopt(fd_, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes);
    ifreq request{};
    std::snprintf(request.ifr_name, sizeof request.ifr_name, "%s", interface);
    if (ioctl(fd_, SIOCGIFHWADDR, &request) != 0) fail("hardware address");
    std::memcpy(mac_.data(), request.ifr_hwaddr.sa_data, mac_.size());
  }
  ~PacketSocket() { close(fd_); }
  PacketSocket(const PacketSocket&) = delete;
  PacketSocket& operator=(const PacketSocket&) = delete;

  const Mac& mac() const { return mac_; }

  // Bytes of the next frame, 0 when none waits.
  std::size_t receive(std::uint8_t* frame, std::size_t room) const {
    const ssize_t got = recv(fd_, frame, room, 0);
    return got > 0 ? static_cast<std::size_t>(got) : 0;
  }

  bool send(const std::uint8_t* frame, std::size_t size) const {
    return ::send(fd_, frame, size, 0) == static_cast<ssize_t>(size);
  }

  void wait(Nanoseconds at_most) const {
    pollfd poller{fd_, POLLIN, 0};
    const timespec timeout{at_most / kSecond, at_most % kSecond};
    ppoll(&poller, 1, &timeout, nullptr);
  }

 private:
  int fd_;
  Mac mac_{};
};

}  // namespace flywall::probe
