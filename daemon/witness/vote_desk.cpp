#include "daemon/witness/vote_desk.hpp"

#include <algorithm>

namespace flywall::witness {

using heartbeat::VoteVerdict;

void VoteDesk::configure(std::vector<Cluster> clusters, Time now) {
  std::vector<Seat> seats;
  for (Cluster& cluster : clusters) {
    const KeyId key = key_id(cluster.vote_key);
    const auto former = std::ranges::find_if(seats_, [&](const Seat& seat) {
      return seat.cluster.id == cluster.id && seat.key == key &&
             seat.cluster.longest == cluster.longest;
    });
    if (former != seats_.end()) {
      seats.push_back(std::move(*former));
      continue;
    }
    const heartbeat::VoteKeeper::Identity identity{
        .witness = witness_, .instance = instance_, .longest = cluster.longest};
    heartbeat::Sealer sealer(cluster.vote_key);
    seats.push_back({.cluster = std::move(cluster),
                     .key = key,
                     .sealer = std::move(sealer),
                     .keeper = heartbeat::VoteKeeper(now, identity),
                     .voted_for = {}});
  }
  seats_ = std::move(seats);
}

std::optional<VoteDesk::Served> VoteDesk::receive(Time now, MutableBytes sealed) {
  Seat* seat = seat_of(sealed);
  if (!seat) return refuse();
  const auto clear = seat->sealer.open(sealed);
  if (!clear) return refuse();
  const auto question = heartbeat::decode_question(*clear);
  if (!question) return refuse();
  const auto answer = seat->keeper.receive(now, *question, counter_ + 1);
  if (!answer) return refuse();
  ++counter_;
  ++answered_;
  Served served{.answer = seat->sealer.seal(room_, encode(*answer, room_)),
                .cluster = seat->cluster.id,
                .voted_for = {}};
  if (answer->verdict == VoteVerdict::granted && question->claim != seat->voted_for) {
    seat->voted_for = question->claim;
    served.voted_for = question->claim;
  }
  return served;
}

VoteDesk::Seat* VoteDesk::seat_of(Bytes sealed) {
  const auto header = heartbeat::decode_header(sealed);
  if (!header || header->kind != heartbeat::Kind::question) return nullptr;
  const auto found = std::ranges::find(seats_, header->key, &Seat::key);
  return found == seats_.end() ? nullptr : &*found;
}

std::optional<VoteDesk::Served> VoteDesk::refuse() {
  ++refused_;
  return std::nullopt;
}

}  // namespace flywall::witness
