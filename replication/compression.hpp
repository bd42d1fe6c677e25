// zstd, one context per stream: each message is flushed, so it can be unpacked when it arrives, and
// looks back at the messages before it.
//
// One context per *stream*, not per connection: what an attacker chooses (addresses and ports of
// flows, host names of DHCP clients) and what is secret (configuration files) never share one, so
// the length of one says nothing about the other (CRIME). Compression happens before encryption;
// the window is 2^kWindowLog on both sides, a peer cannot make us take a larger one, and the output
// of a message is capped before it is written.
#pragma once

#include <memory>
#include <optional>

#include "base/bytes.hpp"
#include "replication/limits.hpp"

struct ZSTD_CCtx_s;
struct ZSTD_DCtx_s;

namespace flywall::replication {

class Packer {
 public:
  Packer();
  // `message`: at most kMaxMessage; `room`: at least kMaxPacked. Returns how much of it is used.
  std::size_t pack(Bytes message, MutableBytes room);
  std::size_t memory() const;  // bytes of the context now

 private:
  struct Free {
    void operator()(ZSTD_CCtx_s* context) const;
  };
  std::unique_ptr<ZSTD_CCtx_s, Free> context_;
};

class Unpacker {
 public:
  Unpacker();
  // What pack() made, in the same order. Returns how much of `room` is used; nothing when the bytes
  // are no such message, or when it does not fit. Afterwards the stream is of no use any more.
  std::optional<std::size_t> unpack(Bytes packed, MutableBytes room);
  std::size_t memory() const;

 private:
  struct Free {
    void operator()(ZSTD_DCtx_s* context) const;
  };
  std::unique_ptr<ZSTD_DCtx_s, Free> context_;
};

}  // namespace flywall::replication
