// What will happen when: a 4-ary heap of small entries, first in first out among equals.
#pragma once

#include <cstdint>
#include <vector>

#include "tests/simulation/moment.hpp"

namespace flywall::simulation {

enum class Kind : std::uint8_t {
  arrival,    // subject: letter
  timer,      // a machine's Election wants to be stepped
  addresses,  // a machine's address thread is done with its oldest request
  store,      // a machine's epoch store has written
  question,   // at a witness; subject: its letter
  answer,     // of a witness, at the machine
  prepared,   // what had to happen before a planned handover has happened, or has failed
  survivor,   // the services process has tidied up after the failover process
  inspection,
};

struct Entry {
  Moment at;
  std::uint32_t order = 0;
  std::uint32_t subject = 0;
  std::uint32_t life = 0;  // of the process it was meant for
  Kind kind = Kind::inspection;
  std::uint8_t machine = 0;

  bool before(const Entry& other) const {
    return at != other.at ? at < other.at : order < other.order;
  }
};

class Agenda {
 public:
  void clear() {
    heap_.clear();
    order_ = 0;
  }
  bool empty() const { return heap_.empty(); }
  const Entry& next() const { return heap_.front(); }

  void add(Entry entry) {
    entry.order = order_++;
    std::size_t hole = heap_.size();
    heap_.push_back(entry);
    while (hole > 0) {
      const std::size_t parent = (hole - 1) / kFan;
      if (!entry.before(heap_[parent])) break;
      heap_[hole] = heap_[parent];
      hole = parent;
    }
    heap_[hole] = entry;
  }

  Entry take() {
    const Entry first = heap_.front();
    const Entry last = heap_.back();
    heap_.pop_back();
    const std::size_t size = heap_.size();
    if (size == 0) return first;
    std::size_t hole = 0;
    for (std::size_t child = 1; child < size; child = hole * kFan + 1) {
      std::size_t least = child;
      const std::size_t end = child + kFan < size ? child + kFan : size;
      for (std::size_t i = child + 1; i < end; ++i)
        if (heap_[i].before(heap_[least])) least = i;
      if (!heap_[least].before(last)) break;
      heap_[hole] = heap_[least];
      hole = least;
    }
    heap_[hole] = last;
    return first;
  }

 private:
  static constexpr std::size_t kFan = 4;
  std::vector<Entry> heap_;
  std::uint32_t order_ = 0;
};

}  // namespace flywall::simulation
