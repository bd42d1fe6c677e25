#include "daemon/witness/lock_voter.hpp"

#include <utility>

#include "base/clock.hpp"

namespace flywall::witness {

using heartbeat::Claim;

LockVoter::LockVoter(std::unique_ptr<RecordStore> store, Setting setting)
    : store_(std::move(store)), setting_(std::move(setting)), thread_([this] { run(); }) {}

LockVoter::~LockVoter() {
  retire();
  thread_.join();
}

void LockVoter::ask(const Question& question) {
  const std::lock_guard lock(mutex_);
  wishes_.question = question;
  wake_.notify_one();
}

// What was asked for under this claim is wanted no more.
void LockVoter::release(const Claim& claim) {
  const std::lock_guard lock(mutex_);
  if (wishes_.question && wishes_.question->claim <= claim) wishes_.question.reset();
  wishes_.release = claim;
  wake_.notify_one();
}

void LockVoter::retire() {
  const std::lock_guard lock(mutex_);
  retired_ = true;
  wake_.notify_one();
}

LockVoter::Status LockVoter::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

void LockVoter::run() {
  look();
  for (;;) {
    const Wishes wishes = next();
    if (wishes.release) release_now(*wishes.release);
    if (wishes.question) decide(*wishes.question);
    if (wishes.release || wishes.question) continue;
    if (const std::lock_guard lock(mutex_); retired_) break;
    look();
  }
  ended_ = true;
}

LockVoter::Wishes LockVoter::next() {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, setting_.watch,
                 [this] { return retired_ || wishes_.release || wishes_.question; });
  return std::exchange(wishes_, {});
}

void LockVoter::look() {
  const auto found = read();
  if (found) lock_.observe(now(), found->seen);
}

void LockVoter::release_now(const Claim& claim) {
  const auto found = read();
  if (!found) return;
  const auto record = lock_.release(claim, found->seen);
  if (!record) return;
  const auto written = store_->replace(found->stored, to_text(*record));
  if (!written) note(written.error(), {});
}

void LockVoter::decide(const Question& question) {
  const auto found = read();
  auto answer = found ? attempt(question, found->stored, found->seen) : std::nullopt;
  {
    const std::lock_guard lock(mutex_);
    if (!answer)
      ++status_.failed;
    else if (!answer->granted)
      ++status_.contended;
  }
  if (answer) setting_.answer(*answer);
}

std::optional<LockVoter::Answer> LockVoter::attempt(const Question& question,
                                                    const std::optional<Stored>& stored,
                                                    const std::optional<Seen>& seen) {
  Answer answer{.granted = false, .question = question, .seen = {}};
  if (seen) answer.seen = seen->record.claim;
  const auto lease = std::chrono::ceil<std::chrono::milliseconds>(question.lease);
  const Verdict verdict = lock_.ask(now(), question.claim, lease, seen);
  const auto* write = std::get_if<Write>(&verdict);
  if (!write) return answer;
  const auto written = store_->replace(stored, to_text(write->record));
  if (!written) {
    note(written.error(), {});
    return std::nullopt;
  }
  answer.granted = *written && write->record.standing == Standing::held;
  return answer;
}

Result<LockVoter::Found> LockVoter::read() {
  auto stored = store_->read();
  Result<Found> found;
  if (!stored) {
    found = std::unexpected(stored.error());
  } else if (*stored) {
    const auto record = parse_record((*stored)->value);
    if (record)
      found = Found{*stored, Seen{*record, (*stored)->version}};
    else
      found = fail(ErrorKind::invalid, store_->name() + ": something else stands there");
  }
  note(found ? std::nullopt : std::optional(found.error()), found ? found->seen : std::nullopt);
  return found;
}

void LockVoter::note(const std::optional<Error>& error, const std::optional<Seen>& seen) {
  bool turned = false;
  Status status;
  {
    const std::lock_guard lock(mutex_);
    turned = status_.known ? status_.reachable == error.has_value() : error.has_value();
    status_.known = true;
    status_.reachable = !error;
    status_.trouble = error ? error->message : "";
    if (error) ++status_.errors[static_cast<std::size_t>(error->kind)];
    if (!error) status_.record = seen ? std::optional(seen->record) : std::nullopt;
    if (!error) status_.seen_at = now();
    status = status_;
  }
  if (turned) setting_.turned(status);
}

}  // namespace flywall::witness
