// The sealed records a connection consists of after its handshake, one direction of it.
//
//     0   1  kind: 1 record, 2 record and the last one under its key
//     1   1  zero
//     2   2  length of what follows: 16 + 1 .. 16 + kMaxRecordClear
//     4   n  sealed
//   4+n  16  seal
//
// XChaCha20-Poly1305; nonce = 16 zero bytes and a 64-bit counter of records under this key; the
// four bytes in front are additional data. The key is fresh for each connection and direction, so a
// counter is enough, nothing random is sent or needed, and a record that is missing, doubled or
// moved does not open. (libsodium's secretstream does the same with a random header of its own and
// a copy per record; a pure core may not draw one.)
//
// The sender renews the key after kRekeyBytes or kRekeyInterval: key = BLAKE2b keyed, of "flywall
// channel rekey". A key taken from memory later does not open what was sent before. The receiver
// hangs up when a key is used far beyond that.
//
// Works in the caller's buffers. Knows no frame, no socket, no clock.
#pragma once

#include <expected>

#include "base/bytes.hpp"
#include "base/key.hpp"
#include "replication/limits.hpp"

namespace flywall::replication {

enum class RecordFault : std::uint8_t {
  bad_head = 1,  // unknown kind or a length out of bounds: judged before anything is waited for
  bad_seal,      // forged, changed, lost, doubled or out of order
  overused_key,
};
const char* name_of(RecordFault fault);

class RecordSealer {
 public:
  // `begun`: now.
  RecordSealer(const SecretKey& key, Time begun) : key_(key), begun_(begun) {}

  // `room` has the clear bytes (1..kMaxRecordClear of them) at kRecordHead, and kRecordSeal bytes
  // behind them. Returns what goes to the peer.
  Bytes seal(MutableBytes room, std::size_t clear_size, Time now);

 private:
  SecretKey key_;
  Time begun_;
  std::uint64_t counter_ = 0;
  std::uint64_t bytes_ = 0;
};

class RecordOpener {
 public:
  explicit RecordOpener(const SecretKey& key) : key_(key) {}

  // How many bytes the record has that begins with `received`, head and seal included; zero when
  // kRecordHead bytes are not there yet.
  static std::expected<std::size_t, RecordFault> size_of(Bytes received);

  // One whole record; opened in place, the clear bytes are inside it. After a fault the connection
  // is of no use any more.
  std::expected<Bytes, RecordFault> open(MutableBytes record);

 private:
  SecretKey key_;
  std::uint64_t counter_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace flywall::replication
