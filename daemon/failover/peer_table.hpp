// The peers as the network sees them: which paths lead to each, what was said and heard on them.
//
// Decides where heartbeats go and which peer a datagram comes from. A path is a configured or
// resolved address, or an address that the peer told us of its interface on a network that carries
// virtual addresses (E5); automatic paths are pinned to that interface. A path keeps its index as
// long as it exists.
//
// Composes datagrams (heartbeat/datagram.hpp), seals them, judges what arrives
// (heartbeat/session.hpp). Knows no role. Single thread, no allocation after construction.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "daemon/processes/messages.hpp"
#include "daemon/processes/snapshot.hpp"
#include "heartbeat/datagram.hpp"
#include "heartbeat/seal.hpp"
#include "heartbeat/session.hpp"
#include "heartbeat/transport.hpp"

namespace flywall::failover {

inline constexpr std::size_t kMaxServedNetworks = 16;

// One of our own addresses on an interface that carries virtual addresses.
struct ServedNetwork {
  std::uint32_t ifindex = 0;
  Prefix own;  // address of this node there, with its network
  bool operator==(const ServedNetwork&) const = default;
};
using ServedNetworks = InlineVector<ServedNetwork, kMaxServedNetworks>;

// A peer as configured.
struct PeerSetting {
  NodeId name;  // empty: learned from its first heartbeat
  std::uint16_t port = 9002;
  InlineVector<Endpoint, kMaxPaths> endpoints;   // literal addresses; names are resolved later
  InlineVector<std::uint64_t, kMaxPaths> hosts;  // digests of addresses and names as written
};

// What an arrived datagram amounts to. The statement is valid until the next `receive`.
struct Believed {
  PeerIndex peer;
  PathIndex path;
  heartbeat::Receipt receipt;
  bool will = false;                                // its last will
  const heartbeat::Statement* statement = nullptr;  // null for a will
  Duration round_trip{};                            // of the path, smoothed
  bool paths_changed = false;                       // the peer told new addresses
};

class PeerTable {
 public:
  struct Identity {
    NodeId self;
    InstanceId instance;
    Duration detection{};
  };
  PeerTable(const Identity& identity, const heartbeat::Sealer& sealer,
            const std::vector<PeerSetting>& settings);

  // Another configuration: what is known of a peer that stays, stays, and so do its paths. A peer
  // is known by its name, or where one is not given by a host that both configurations name.
  // Answers which index the peer that is now i had before.
  using Former = std::array<std::optional<PeerIndex>, kMaxPeers>;
  Former reconfigure(const std::vector<PeerSetting>& settings, Duration detection);
  // Other keys; nothing else changes.
  void reseal(const heartbeat::Sealer& sealer) { sealer_ = sealer; }

  // Says `statement` on every path of every peer, `copies` times.
  void speak(heartbeat::Transport& transport, const heartbeat::Statement& statement,
             std::uint8_t copies, Time now);

  // Judges one datagram. Nothing when it was refused; the reason is counted.
  std::optional<Believed> receive(const heartbeat::Arrival& arrival, Time now);

  // Addresses of a peer's name: they replace the earlier resolved ones. True when paths changed.
  bool resolved(const processes::message::PeerResolved& answer);
  // Our own addresses on served networks: told to the peers, matched with what they tell us. True
  // when paths changed.
  bool serve(const ServedNetworks& networks);

  // The wills of this node at `epoch`, one per path; also empty ones for paths that are gone.
  void make_wills(Epoch epoch,
                  const std::function<void(const processes::message::LastWill&)>& give);

  std::size_t size() const { return peers_.size(); }
  NodeTag tag(PeerIndex peer) const { return peers_[peer.value].tag; }
  NodeId node(PeerIndex peer) const { return peers_[peer.value].node; }
  const std::array<std::uint64_t, heartbeat::kRefusals>& refusals() const { return refused_; }
  std::uint64_t sent() const { return sent_; }
  std::uint64_t received() const { return received_; }
  // Somebody else uses our node id (counted once per datagram).
  std::uint64_t namesakes() const { return namesakes_; }
  void describe(PeerIndex peer, processes::PeerStatus& status) const;

 private:
  enum class Source : std::uint8_t { unused, configured, resolved, automatic };
  struct Path {
    Source source = Source::unused;
    heartbeat::Route route;
    std::uint32_t sequence = 0;
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
    std::uint64_t errors = 0;
  };
  struct Peer {
    NodeId node;
    NodeTag tag;
    bool named = false;  // by configuration
    std::uint16_t port = 0;
    InlineVector<std::uint64_t, kMaxPaths> hosts;
    heartbeat::Session session;
    std::array<Path, kMaxPaths> paths{};
    heartbeat::OwnAddresses told;
    Epoch claim;  // last heard from it
  };

  Peer made(const PeerSetting& setting) const;
  void adopt(Peer& peer, const PeerSetting& setting);
  static bool is_same(const Peer& peer, const PeerSetting& setting);
  std::optional<Believed> refuse(heartbeat::Refusal refusal);
  std::optional<Believed> accept_will(const heartbeat::Will& will);
  std::optional<Believed> accept_heartbeat(const heartbeat::Arrival& arrival, Time now);
  Peer* find(const heartbeat::Arrival& arrival, const NodeId& sender);
  PathIndex path_of(const Peer& peer, const heartbeat::Arrival& arrival) const;
  PeerIndex index_of(const Peer& peer) const;
  bool introduce(Peer& peer, const NodeId& sender);
  bool replace_paths(Peer& peer, Source source,
                     const InlineVector<heartbeat::Route, kMaxPaths>& routes);
  bool find_automatic_paths(Peer& peer);

  Identity identity_;
  heartbeat::Sealer sealer_;
  std::vector<Peer> peers_;      // room for kMaxPeers, so that a reload
  std::vector<Peer> successor_;  // allocates nothing
  std::size_t most_ = 0;         // peers at one time so far
  ServedNetworks served_;
  std::uint64_t counter_ = 0;
  heartbeat::Datagram incoming_;
  std::array<std::uint64_t, heartbeat::kRefusals> refused_{};
  std::uint64_t sent_ = 0;
  std::uint64_t received_ = 0;
  std::uint64_t namesakes_ = 0;
};

}  // namespace flywall::failover
