#include "replication/mesh.hpp"

#include <sodium.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/clock.hpp"
#include "replication/await.hpp"
#include "replication/calling.hpp"
#include "replication/sentences.hpp"
#include "replication/tcp_address.hpp"

namespace flywall::replication {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr std::size_t kMaxRefusedKept = 32;

void add(Volume& sum, const Volume& one) {
  sum.clear += one.clear;
  sum.packed += one.packed;
  sum.messages += one.messages;
}

void add(Traffic& sum, const Connection& connection) {
  sum.wire_sent += connection.wire_sent();
  sum.wire_received += connection.wire_received();
  if (!connection.is_established()) return;
  add(sum.sent, connection.streams().sent());
  add(sum.received, connection.streams().received());
}

}  // namespace

Mesh::Mesh(asio::any_io_executor executor, Listener listener)
    : executor_(std::move(executor)), listener_(std::move(listener)) {}

void Mesh::configure(MeshSetting setting) {
  const bool listens_elsewhere = generation_ == 0 || setting.listen != setting_.listen;
  setting_ = std::move(setting);
  std::erase_if(calling_, [this](const std::shared_ptr<Calling>& calling) {
    if (std::ranges::find(setting_.targets, calling->target) != setting_.targets.end())
      return false;
    calling->give_up();
    return true;
  });
  for (const Target& target : setting_.targets) {
    const auto called = [&](const auto& calling) { return calling->target == target; };
    if (std::ranges::any_of(calling_, called)) continue;
    calling_.push_back(std::make_shared<Calling>(executor_, target));
    asio::co_spawn(executor_, keep_calling(calling_.back()), asio::detached);
  }
  for (const auto& [node, link] : std::map(links_)) {
    if (std::ranges::find(setting_.keys, link->key(), key_id) == setting_.keys.end())
      link->hang_up(Ending::key_retired);
    else if (!is_welcome(*link))
      link->hang_up(Ending::not_wanted);
  }
  if (!listens_elsewhere) return;
  if (acceptor_) acceptor_->close();
  asio::co_spawn(executor_, keep_listening(setting_.listen, ++generation_), asio::detached);
}

void Mesh::stand(const Standing& standing) {
  standing_ = standing;
  for (const auto& [node, link] : links_)
    if (!link->connection().ending()) link->connection().streams().stand(standing);
}

void Mesh::stop() {
  stopped_ = true;
  ++generation_;
  if (acceptor_) acceptor_->close();
  for (const auto& calling : calling_) calling->give_up();
  for (const auto& [node, link] : std::map(links_)) link->hang_up(Ending::stopping);
  for (const auto& link : std::set(strangers_)) link->hang_up(Ending::stopping);
}

Party Mesh::party() const {
  Party party{.self = setting_.self, .cluster_id = setting_.cluster_id, .ephemeral = {}};
  randombytes_buf(party.ephemeral.data(), SecretKey::kSize);
  return party;
}

Link::Owner Mesh::owner(std::shared_ptr<Calling> calling) {
  return {.established =
              [this, calling](const std::shared_ptr<Link>& link) {
                if (calling) calling->node = link->peer().node;
                established(link);
              },
          .events =
              [this](Link& link, std::vector<Event> events) {
                if (listener_.events) return listener_.events(link, std::move(events));
                for (const Event& event : events)
                  if (const auto* opened = std::get_if<event::Opened>(&event))
                    link.connection().streams().refuse(opened->stream);
              }};
}

void Mesh::established(const std::shared_ptr<Link>& link) {
  strangers_.erase(link);
  const NodeId node = link->peer().node;
  if (stopped_ || !is_welcome(*link)) return link->hang_up(Ending::not_wanted);
  refused_.erase(link->remote_address());
  if (const auto old = links_.find(node); old != links_.end()) {
    if (!prevails(*link, *old->second)) return link->hang_up(Ending::duplicate);
    const auto loser = old->second;
    const bool simultaneous = loser->peer().instance == link->peer().instance &&
                              now() - loser->established_at() < kHandshakeLimit;
    links_.erase(old);
    count(*loser);
    loser->hang_up(simultaneous ? Ending::duplicate : Ending::superseded);
    if (!simultaneous)
      listener_.lost(node, Ending::superseded, sentence_of(Ending::superseded, false));
  }
  links_[node] = link;
  ++connects_[node];
  link->connection().streams().stand(standing_);
  if (const auto calling = calling_for(node)) calling->trouble.clear();
  listener_.connected(node, link->remote());
}

// L4. A peer whose name is not known yet is recognised by its address, and known by name from then
// on.
bool Mesh::is_welcome(const Link& link) {
  if (calling_.empty()) return true;
  if (calling_for(link.peer().node)) return true;
  for (const auto& calling : calling_) {
    if (!calling->node.empty() || !calling->is_at(link.remote_address())) continue;
    calling->node = link.peer().node;
    return true;
  }
  return false;
}

// L1
bool Mesh::prevails(const Link& fresh, const Link& old) const {
  if (fresh.peer().instance != old.peer().instance || old.connection().ending()) return true;
  if (now() - old.established_at() >= kHandshakeLimit) return true;
  if (fresh.connection().is_caller() == old.connection().is_caller()) return true;
  return fresh.connection().is_caller() == (setting_.self.node < fresh.peer().node);
}

void Mesh::ended(const std::shared_ptr<Link>& link) {
  strangers_.erase(link);
  const auto found = links_.find(link->peer().node);
  if (found == links_.end() || found->second != link) return;
  links_.erase(found);
  count(*link);
  const Ending why = *link->connection().ending();
  const std::string sentence = sentence_of(why, link->connection().peer_said_so());
  for (const auto& calling : calling_) {
    if (calling->node != link->peer().node) continue;
    calling->trouble = sentence;
    calling->wake.cancel();
  }
  listener_.lost(link->peer().node, why, sentence);
}

void Mesh::count(const Link& link) { add(past_, link.connection()); }

void Mesh::complain(std::string& trouble, const std::string& sentence) {
  if (trouble == sentence) return;
  trouble = sentence;
  listener_.trouble(sentence);
}

std::shared_ptr<Mesh::Calling> Mesh::calling_for(const NodeId& node) const {
  for (const auto& calling : calling_)
    if (!node.empty() && calling->node == node) return calling;
  return nullptr;
}

bool Mesh::is_connected(const Calling& calling) const {
  return !calling.node.empty() && links_.contains(calling.node);
}

std::shared_ptr<Link> Mesh::link(const NodeId& node) const {
  const auto found = links_.find(node);
  return found == links_.end() ? nullptr : found->second;
}

namespace {

void describe(const Link& link, PeerState& state) {
  state.node = link.peer().node;
  state.connected = true;
  state.remote = link.remote();
  state.called_by_us = link.connection().is_caller();
  state.connected_for = now() - link.established_at();
  state.round_trip = link.connection().streams().round_trip();
  state.lag = link.connection().streams().lag(now());
  state.key = link.key();
  state.standing = link.connection().streams().peer_standing();
}

}  // namespace

std::vector<PeerState> Mesh::peers() const {
  std::vector<PeerState> states;
  const auto add_state = [&](NodeId node, std::vector<HostPort> addresses, std::string trouble) {
    PeerState state{.node = node, .addresses = std::move(addresses), .trouble = std::move(trouble)};
    if (const auto found = links_.find(node); found != links_.end())
      describe(*found->second, state);
    if (const auto found = connects_.find(node); found != connects_.end())
      state.connects = found->second;
    states.push_back(std::move(state));
  };
  for (const auto& calling : calling_)
    add_state(calling->node, calling->target.addresses, calling->trouble);
  for (const auto& [node, link] : links_)
    if (!calling_for(node)) add_state(node, {}, "");
  return states;
}

Traffic Mesh::traffic() const {
  Traffic all = past_;
  for (const auto& [node, link] : links_) add(all, link->connection());
  return all;
}

void Mesh::refused(const Link& link) {
  const auto& connection = link.connection();
  if (connection.ending() != Ending::refused) return;
  if (refused_.size() == kMaxRefusedKept && !refused_.contains(link.remote_address())) return;
  complain(refused_[link.remote_address()], link.remote_address().to_string() + " was refused: " +
                                                sentence_of(*connection.refusal()));
}

}  // namespace flywall::replication
