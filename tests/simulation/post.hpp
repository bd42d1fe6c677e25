// Letters on their way: what a datagram is once seal and bytes are taken away. All letters of one
// speech share its Statement.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "heartbeat/session.hpp"
#include "heartbeat/statement.hpp"
#include "tests/simulation/moment.hpp"

namespace flywall::simulation {

using SpeechId = std::uint32_t;
using LetterId = std::uint32_t;

struct Letter {
  heartbeat::Contact contact;
  SpeechId speech = 0;
  std::uint8_t from = 0;  // machines
  std::uint8_t to = 0;
  std::uint8_t author = 0;  // nodes: a clone's machine may bear another id later
  std::uint8_t reader = 0;
  PathIndex path;
  bool will = false;       // a last will: nothing but `contact.instance` counts
  bool forged = false;     // delivered by the attacker: a recording, or withheld until now
  std::uint32_t life = 0;  // of the process that wrote it
  Moment sent{};
  // What the sender knew of the receiver when it wrote: which of its lives, and when that wrote
  // what was last read.
  std::uint32_t heard_life = 0;
  Moment heard_sent{};
};

// Values that stay where they are, found by number.
template <class T>
class Pool {
 public:
  T& operator[](std::uint32_t id) { return (*blocks_[id / kBlock])[id % kBlock]; }
  const T& operator[](std::uint32_t id) const { return (*blocks_[id / kBlock])[id % kBlock]; }
  std::uint32_t size() const { return size_; }
  void grow() {
    if (size_ % kBlock == 0) blocks_.push_back(std::make_unique<std::array<T, kBlock>>());
    ++size_;
  }

 private:
  static constexpr std::uint32_t kBlock = 128;
  std::vector<std::unique_ptr<std::array<T, kBlock>>> blocks_;
  std::uint32_t size_ = 0;
};

class Post {
 public:
  void clear() {
    free_letters_.clear();
    for (LetterId i = 0; i < letters_.size(); ++i) free_letters_.push_back(i);
    free_speeches_.clear();
    for (SpeechId i = 0; i < speeches_.size(); ++i) free_speeches_.push_back(i);
  }

  SpeechId say(const heartbeat::Statement& statement) {
    if (free_speeches_.empty()) {
      free_speeches_.push_back(speeches_.size());
      speeches_.grow();
    }
    const SpeechId id = free_speeches_.back();
    free_speeches_.pop_back();
    speeches_[id].statement = statement;
    speeches_[id].uses = 1;
    return id;
  }
  void forget(SpeechId id) {
    if (--speeches_[id].uses == 0) free_speeches_.push_back(id);
  }

  LetterId write(SpeechId speech) {
    if (free_letters_.empty()) {
      free_letters_.push_back(letters_.size());
      letters_.grow();
    }
    const LetterId id = free_letters_.back();
    free_letters_.pop_back();
    letters_[id].speech = speech;
    ++speeches_[speech].uses;
    return id;
  }
  LetterId copy(LetterId original) {
    const LetterId id = write(letters_[original].speech);
    letters_[id] = letters_[original];
    return id;
  }
  void burn(LetterId id) {
    forget(letters_[id].speech);
    free_letters_.push_back(id);
  }

  Letter& operator[](LetterId id) { return letters_[id]; }
  const heartbeat::Statement& statement(SpeechId id) const { return speeches_[id].statement; }
  const heartbeat::Statement& statement(const Letter& letter) const {
    return statement(letter.speech);
  }

 private:
  struct Speech {
    heartbeat::Statement statement;
    std::uint32_t uses = 0;
  };
  Pool<Letter> letters_;
  Pool<Speech> speeches_;
  std::vector<LetterId> free_letters_;
  std::vector<SpeechId> free_speeches_;
};

}  // namespace flywall::simulation
