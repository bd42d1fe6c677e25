// A lock provider as a voter, over a real file.
#include "daemon/witness/lock_voter.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <condition_variable>
#include <filesystem>
#include <fstream>

#include "base/clock.hpp"

namespace flywall::witness {
namespace {

using heartbeat::Claim;

constexpr Duration kLease = 300ms;
constexpr Duration kPatience = 20s;

// What a voter says, to be awaited.
class Ear {
 public:
  LockVoter::Setting setting() {
    return {.watch = 20ms,
            .answer = [this](const LockVoter::Answer& answer) { note(answers_, answer); },
            .turned = [this](const LockVoter::Status& status) { note(turns_, status); }};
  }
  std::optional<LockVoter::Answer> answer() { return next(answers_); }
  std::optional<LockVoter::Status> turn() { return next(turns_); }

 private:
  template <class T>
  void note(std::vector<T>& list, const T& what) {
    const std::lock_guard lock(mutex_);
    list.push_back(what);
    heard_.notify_all();
  }
  template <class T>
  std::optional<T> next(std::vector<T>& list) {
    std::unique_lock lock(mutex_);
    if (!heard_.wait_for(lock, kPatience, [&] { return !list.empty(); })) return std::nullopt;
    const T first = list.front();
    list.erase(list.begin());
    return first;
  }
  std::mutex mutex_;
  std::condition_variable heard_;
  std::vector<LockVoter::Answer> answers_;
  std::vector<LockVoter::Status> turns_;
};

class VoterOverAFile : public ::testing::Test {
 protected:
  void SetUp() override {
    std::array<char, 32> folder{"/tmp/flywall-voter.XXXXXX"};
    folder_ = ::mkdtemp(folder.data());
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<RecordStore> store() { return *file_store(folder_ + "/lock", false); }
  static LockVoter::Question question(std::uint64_t epoch, std::string_view node) {
    return {.claim = {Epoch{epoch}, NodeId(node)}, .lease = kLease, .asked = now()};
  }
  // Asked again and again, as the election does.
  static std::optional<LockVoter::Answer> won(LockVoter& voter, Ear& ear, std::uint64_t epoch,
                                              std::string_view node) {
    for (const Time limit = now() + kPatience; now() < limit;) {
      voter.ask(question(epoch, node));
      const auto answer = ear.answer();
      if (!answer || answer->granted) return answer;
      ::usleep(10'000);
    }
    return std::nullopt;
  }

  std::string folder_;
};

TEST_F(VoterOverAFile, GrantsTheVoteAfterAWholeLeaseOfAnEmptyStoreO3) {
  Ear ear;
  LockVoter voter(store(), ear.setting());
  const Time begin = now();
  const auto answer = won(voter, ear, 1, "a");
  ASSERT_TRUE(answer);
  EXPECT_GE(now() - begin, kLease);
  EXPECT_EQ(answer->question.claim.claimant, NodeId("a"));
}

TEST_F(VoterOverAFile, GivesNobodyElseTheVoteWhileItIsRenewedAndSaysWhoseItIs) {
  Ear ear_a;
  Ear ear_b;
  LockVoter a(store(), ear_a.setting());
  LockVoter b(store(), ear_b.setting());
  ASSERT_TRUE(won(a, ear_a, 1, "a"));
  for (const Time end = now() + 3 * kLease; now() < end;) {
    a.ask(question(1, "a"));
    ASSERT_TRUE(ear_a.answer()->granted);
    b.ask(question(2, "b"));
    const auto refused = ear_b.answer();
    ASSERT_FALSE(refused->granted);
    ASSERT_EQ(refused->seen.claimant, NodeId("a"));
    ::usleep(20'000);
  }
  EXPECT_GT(b.status().contended, 0U);
}

TEST_F(VoterOverAFile, HasWatchedTheRecordBeforeItIsAsked) {
  Ear ear_a;
  Ear ear_b;
  LockVoter b(store(), ear_b.setting());
  {
    LockVoter a(store(), ear_a.setting());
    ASSERT_TRUE(won(a, ear_a, 1, "a"));
  }
  while (!b.status().record) ::usleep(1000);
  const Time seen = now();
  while (now() - seen < 2 * kLease) ::usleep(10'000);
  b.ask(question(2, "b"));
  const auto answer = ear_b.answer();
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->granted);
}

TEST_F(VoterOverAFile, ReleasesTheVoteSoThatTheNextNeedNotWait) {
  Ear ear_a;
  Ear ear_b;
  LockVoter a(store(), ear_a.setting());
  LockVoter b(store(), ear_b.setting());
  ASSERT_TRUE(won(a, ear_a, 1, "a"));
  a.release({Epoch{1}, NodeId("a")});
  while (!b.status().record || b.status().record->standing != Standing::released) ::usleep(1000);
  b.ask(question(2, "b"));
  EXPECT_TRUE(ear_b.answer()->granted);
}

TEST_F(VoterOverAFile, DoesWhatWasAskedBeforeItRetires) {
  Ear ear;
  auto voter = std::make_unique<LockVoter>(store(), ear.setting());
  ASSERT_TRUE(won(*voter, ear, 1, "a"));
  voter->release({Epoch{1}, NodeId("a")});
  voter.reset();
  const auto stored = store()->read();
  ASSERT_TRUE(stored && *stored);
  EXPECT_EQ(parse_record((*stored)->value)->standing, Standing::released);
}

TEST_F(VoterOverAFile, SaysOnceThatItsStoreIsGoneAndOnceThatItIsBack) {
  Ear ear;
  LockVoter voter(store(), ear.setting());
  ASSERT_TRUE(won(voter, ear, 1, "a"));
  std::ofstream(folder_ + "/lock") << "something else\n";
  const auto gone = ear.turn();
  ASSERT_TRUE(gone);
  EXPECT_FALSE(gone->reachable);
  EXPECT_NE(gone->trouble.find("something else"), std::string::npos);
  voter.ask(question(1, "a"));
  while (voter.status().failed == 0) ::usleep(1000);
  EXPECT_GT(voter.status().errors[static_cast<std::size_t>(ErrorKind::invalid)], 0U);
  std::filesystem::remove(folder_ + "/lock");
  const auto back = ear.turn();
  ASSERT_TRUE(back);
  EXPECT_TRUE(back->reachable);
}

// Until it is told to go on.
class HangingStore : public RecordStore {
 public:
  explicit HangingStore(std::atomic<bool>& hangs) : hangs_(hangs) {}
  Result<std::optional<Stored>> read() override {
    while (hangs_) ::usleep(1000);
    return std::nullopt;
  }
  Result<bool> replace(const std::optional<Stored>&, const std::string&) override { return true; }
  std::string name() const override { return "hanging"; }

 private:
  std::atomic<bool>& hangs_;
};

TEST(AVoterWhoseStoreHangs, NeverMakesItsAskerWait) {
  std::atomic<bool> hangs = true;
  Ear ear;
  LockVoter voter(std::make_unique<HangingStore>(hangs), ear.setting());
  for (std::uint64_t epoch = 1; epoch <= 1000; ++epoch) {
    voter.ask({.claim = {Epoch{epoch}, NodeId("a")}, .lease = kLease, .asked = now()});
    voter.release({Epoch{1}, NodeId("a")});
    EXPECT_FALSE(voter.status().known);
  }
  hangs = false;
  const auto answer = ear.answer();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->question.claim.epoch, Epoch{1000});
}

}  // namespace
}  // namespace flywall::witness
