// The names of things: strong types, so that an epoch is never passed where a counter is meant.
#pragma once

#include <compare>
#include <cstdint>

#include "base/inline_text.hpp"

namespace flywall {

// A node's name, unique in its cluster: 1..63 bytes (a host name). Ties of rank are broken by its
// byte order.
class NodeId {
 public:
  static constexpr std::size_t kMaxLength = 63;
  constexpr NodeId() = default;
  // Precondition: 1..63 bytes (the configuration and the decoder check; longer is cut).
  explicit constexpr NodeId(std::string_view name) : name_(InlineText<kMaxLength>::cut(name)) {}

  constexpr std::string_view view() const { return name_.view(); }
  std::string str() const { return name_.str(); }
  constexpr bool empty() const { return name_.empty(); }
  friend constexpr bool operator==(const NodeId&, const NodeId&) = default;
  friend constexpr std::strong_ordering operator<=>(const NodeId&, const NodeId&) = default;

 private:
  InlineText<kMaxLength> name_;
};

// How often the right to be primary was claimed; grows only (E3). Zero: nobody ever claimed.
struct Epoch {
  std::uint64_t value = 0;
  constexpr auto operator<=>(const Epoch&) const = default;
  constexpr Epoch next() const { return Epoch{value + 1}; }
};

// One life of a flywalld process (E15): 64 random bits, never zero, drawn at start.
struct InstanceId {
  std::uint64_t value = 0;
  constexpr auto operator<=>(const InstanceId&) const = default;
};

// A node id in eight bytes, for lists in datagrams: the first bytes of BLAKE2b of the name
// (base/key.hpp).
struct NodeTag {
  std::uint64_t value = 0;
  constexpr auto operator<=>(const NodeTag&) const = default;
};

// Position of a peer in the configuration, 0..kMaxPeers-1.
struct PeerIndex {
  std::uint8_t value = 0;
  constexpr auto operator<=>(const PeerIndex&) const = default;
};

// Position of a path among those of one peer, 0..kMaxPaths-1.
struct PathIndex {
  std::uint8_t value = 0;
  constexpr auto operator<=>(const PathIndex&) const = default;
};

inline constexpr std::size_t kMaxPeers = 6;  // a cluster has 1 to 7 nodes
inline constexpr std::size_t kMaxPaths = 8;  // per peer
inline constexpr std::size_t kMaxVirtualAddresses = 4096;

}  // namespace flywall
