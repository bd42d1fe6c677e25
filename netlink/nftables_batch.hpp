// One nftables transaction as bytes: pure. Knows how messages and attributes nest; knows no rule.
//
// A transaction is BATCH_BEGIN, the messages, BATCH_END; the kernel does all of it or nothing
// (nfnetlink_rcv_batch, net/netfilter/nfnetlink.c). Only the last message asks for an ACK.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace flywall::netlink {

class NftablesBatch {
 public:
  explicit NftablesBatch(std::uint32_t first_sequence);

  // Begins a message: `type` is NFT_MSG_*, `flags` NLM_F_*, `family` NFPROTO_*. Attributes follow.
  void message(int type, int flags, std::uint8_t family);
  void put(int attribute, Bytes value);
  void put_u32(int attribute, std::uint32_t value);  // network byte order, as nftables wants
  void put_text(int attribute, std::string_view text);
  // Attributes put until the matching `close` belong into it.
  void open(int attribute);
  void close();

  // The whole transaction; `last_sequence` is that of the answer to be awaited.
  std::vector<std::uint8_t> finish() &&;
  std::uint32_t last_sequence() const { return sequence_ - 1; }

 private:
  void begin(int type, int flags, std::uint8_t family, std::uint16_t resource);
  void end();
  std::size_t reserve(std::size_t size);  // zeroed, aligned; its offset

  std::vector<std::uint8_t> bytes_;
  std::vector<std::size_t> open_;  // offsets of the attributes that are not closed yet
  std::size_t message_ = 0;        // offset of the last message
  std::uint32_t sequence_;
};

}  // namespace flywall::netlink
