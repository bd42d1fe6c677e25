// Every limit of the channel on one screen. A peer that is authenticated is still not believed
// beyond these.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.hpp"

namespace flywall::replication {

// Before authentication: fixed sizes, so no length of a stranger is ever believed.
inline constexpr std::size_t kHelloSize = 272;    // handshake, messages 1 and 2
inline constexpr std::size_t kConfirmSize = 16;   // handshake, message 3
inline constexpr std::size_t kMaxStrangers = 16;  // accepted connections still in their handshake
inline constexpr std::size_t kMaxChannelKeys = 2;
inline constexpr Duration kHandshakeLimit = 5s;

// Records.
inline constexpr std::size_t kRecordHead = 4;
inline constexpr std::size_t kRecordSeal = 16;
inline constexpr std::size_t kMaxRecordClear = 24576;
inline constexpr std::size_t kMaxRecord = kRecordHead + kMaxRecordClear + kRecordSeal;
inline constexpr std::uint64_t kRekeyBytes = 1ULL << 26;        // then the sender takes a new key
inline constexpr std::uint64_t kMaxBytesPerKey = 1ULL << 27;    // then the receiver hangs up
inline constexpr std::uint64_t kMaxRecordsPerKey = 1ULL << 40;  // likewise
inline constexpr Duration kRekeyInterval = 10min;

// Streams, in each direction.
inline constexpr std::size_t kMaxMessage = 16384;  // in clear, before compression
inline constexpr std::size_t kMaxPacked = 16896;   // the same, compressed: zstd's bound, rounded up
inline constexpr std::size_t kMaxStreams = 8;      // open at one time
inline constexpr std::size_t kMaxStreamName = 31;
inline constexpr std::uint64_t kWindow = 128 << 10;    // received and not yet consumed, per stream
inline constexpr std::size_t kMaxUnconsumed = 4096;    // messages of one stream, likewise
inline constexpr std::size_t kMaxQueued = 256 << 10;   // waiting to be sent, per stream
inline constexpr int kWindowLog = 17;                  // zstd looks back 128 KiB
inline constexpr std::size_t kMaxControlBytes = 4096;  // acknowledgements and pings that wait

// Life.
inline constexpr Duration kKeepalive = 500ms;  // between two pings
inline constexpr Duration kSilence = 4s;       // nothing heard: the connection is lost

}  // namespace flywall::replication
