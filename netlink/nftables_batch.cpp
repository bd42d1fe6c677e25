#include "netlink/nftables_batch.hpp"

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

#include <cstring>

#include "base/check.hpp"

namespace flywall::netlink {

namespace {

constexpr std::size_t kLongestAttribute = 0xffff;
// The kernel's macros give an int.
constexpr std::size_t kHeaderBytes = sizeof(nlmsghdr);
constexpr std::size_t kAttributeHeaderBytes = sizeof(nlattr);

std::uint16_t big_endian(std::uint16_t value) {
  return static_cast<std::uint16_t>((value << 8) | (value >> 8));
}

}  // namespace

NftablesBatch::NftablesBatch(std::uint32_t first_sequence) : sequence_(first_sequence) {
  begin(NFNL_MSG_BATCH_BEGIN, NLM_F_REQUEST, 0, NFNL_SUBSYS_NFTABLES);
}

std::size_t NftablesBatch::reserve(std::size_t size) {
  const std::size_t offset = bytes_.size();
  bytes_.resize((offset + size + 3) & ~std::size_t{3});
  return offset;
}

void NftablesBatch::begin(int type, int flags, std::uint8_t family, std::uint16_t resource) {
  FLYWALL_CHECK(open_.empty());
  message_ = reserve(kHeaderBytes + sizeof(nfgenmsg));
  nlmsghdr header{};
  header.nlmsg_type = static_cast<std::uint16_t>(type);
  header.nlmsg_flags = static_cast<std::uint16_t>(flags);
  header.nlmsg_seq = sequence_++;
  const nfgenmsg body{family, NFNETLINK_V0, big_endian(resource)};
  std::memcpy(&bytes_[message_], &header, sizeof header);
  std::memcpy(&bytes_[message_ + kHeaderBytes], &body, sizeof body);
  end();
}

void NftablesBatch::end() {
  const auto length = static_cast<std::uint32_t>(bytes_.size() - message_);
  std::memcpy(&bytes_[message_ + offsetof(nlmsghdr, nlmsg_len)], &length, sizeof length);
}

void NftablesBatch::message(int type, int flags, std::uint8_t family) {
  begin((NFNL_SUBSYS_NFTABLES << 8) | type, flags | NLM_F_REQUEST, family, 0);
}

void NftablesBatch::put(int attribute, Bytes value) {
  const std::size_t offset = reserve(kAttributeHeaderBytes + value.size());
  const nlattr header{static_cast<std::uint16_t>(kAttributeHeaderBytes + value.size()),
                      static_cast<std::uint16_t>(attribute)};
  std::memcpy(&bytes_[offset], &header, sizeof header);
  if (!value.empty())
    std::memcpy(&bytes_[offset + kAttributeHeaderBytes], value.data(), value.size());
  end();
}

void NftablesBatch::put_u32(int attribute, std::uint32_t value) {
  std::uint8_t bytes[sizeof value];
  ByteWriter(bytes).write(value);
  put(attribute, bytes);
}

void NftablesBatch::put_text(int attribute, std::string_view text) {
  std::vector<std::uint8_t> terminated(text.begin(), text.end());
  terminated.push_back(0);
  put(attribute, terminated);
}

void NftablesBatch::open(int attribute) {
  open_.push_back(bytes_.size());
  put(attribute | NLA_F_NESTED, {});
}

void NftablesBatch::close() {
  const std::size_t size = bytes_.size() - open_.back();
  FLYWALL_CHECK(size <= kLongestAttribute);
  const auto length = static_cast<std::uint16_t>(size);
  std::memcpy(&bytes_[open_.back() + offsetof(nlattr, nla_len)], &length, sizeof length);
  open_.pop_back();
}

std::vector<std::uint8_t> NftablesBatch::finish() && {
  nlmsghdr header;
  std::memcpy(&header, &bytes_[message_], sizeof header);
  header.nlmsg_flags |= NLM_F_ACK;
  std::memcpy(&bytes_[message_], &header, sizeof header);
  begin(NFNL_MSG_BATCH_END, NLM_F_REQUEST, 0, NFNL_SUBSYS_NFTABLES);
  --sequence_;
  return std::move(bytes_);
}

}  // namespace flywall::netlink
