#include "tests/simulation/network.hpp"

namespace flywall::simulation {

void Network::clear() {
  links_ = {};
  recordings_.clear();
  kept_.clear();
  recording_ = false;
  withholding_ = 0;
}

void Network::send(Moment now, LetterId id) {
  const Letter& letter = post_[id];
  const Link& on = links_[letter.from][letter.to][letter.path.value];
  if (recording_ && random_.chance(60)) keep(id);
  if (withholding_ > 0 && random_.chance(200) && kept_.size() < kRecordings) {
    post_[id].forged = true;
    kept_.push_back(id);
    return;
  }
  if (on.cuts > 0 || (on.loss > 0 && random_.chance(static_cast<std::uint64_t>(on.loss))))
    return post_.burn(id);
  if (on.duplication > 0 && random_.chance(static_cast<std::uint64_t>(on.duplication)))
    deliver(now, post_.copy(id), on.jitter);
  deliver(now, id, on.jitter);
}

void Network::release(Moment now, std::size_t count) {
  for (; count > 0 && !kept_.empty(); --count) {
    const std::size_t which = random_.below(kept_.size());
    const LetterId id = kept_[which];
    kept_[which] = kept_.back();
    kept_.pop_back();
    deliver(now, id, 0ns);
  }
  for (; count > 0 && !recordings_.empty(); --count) {
    const LetterId id = post_.copy(recordings_[random_.below(recordings_.size())]);
    post_[id].forged = true;
    deliver(now, id, 0ns);
  }
}

void Network::deliver(Moment now, LetterId id, Duration extra) {
  const Duration way = plan_.delay + random_.between(0ns, plan_.jitter + extra);
  agenda_.add({.at = now + way, .subject = id, .kind = Kind::arrival, .machine = post_[id].to});
}

void Network::keep(LetterId original) {
  const LetterId id = post_.copy(original);
  if (recordings_.size() < kRecordings) return recordings_.push_back(id);
  const std::size_t which = random_.below(kRecordings);
  post_.burn(recordings_[which]);
  recordings_[which] = id;
}

}  // namespace flywall::simulation
