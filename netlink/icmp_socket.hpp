// A raw ICMP or ICMPv6 socket that hears only the types it is told: what is not asked for costs no
// wake-up. The kernel writes IP headers and the ICMPv6 checksum, and chooses the source.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "base/address.hpp"
#include "base/descriptor.hpp"
#include "base/error.hpp"

namespace flywall::netlink {

class IcmpSocket {
 public:
  // In the network namespace of the calling thread; needs CAP_NET_RAW. `purpose` names it in an
  // error. Precondition: an IPv4 type is below 32. Errors: denied, unavailable.
  static Result<IcmpSocket> create(Family family, std::span<const std::uint8_t> types,
                                   const char* purpose);

  int fd() const { return socket_.get(); }

  struct Received {
    IpAddress source;
    std::uint32_t interface_index = 0;
    int hop_limit = 0;
    std::array<std::uint8_t, 256> room;  // what is longer is cut
    std::size_t offset = 0;              // the IPv4 header
    std::size_t size = 0;
    Bytes message() const { return Bytes(room).subspan(offset, size); }
  };
  // Never blocks; nothing when nothing waits.
  std::optional<Received> receive();

  struct Destination {
    IpAddress address;
    std::uint32_t interface_index = 0;  // 0: where the routes lead
    int hop_limit = 0;                  // 0: the system's
  };
  // 0 or an errno value; never blocks.
  int send(Bytes message, const Destination& to);

 private:
  IcmpSocket(Descriptor socket, Family family) : socket_(std::move(socket)), family_(family) {}

  Descriptor socket_;
  Family family_;
};

}  // namespace flywall::netlink
