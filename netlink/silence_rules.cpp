#include "netlink/silence_rules.hpp"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter_arp.h>
#include <linux/netlink.h>

#include <algorithm>
#include <string>

#include "base/check.hpp"
#include "netlink/limits.hpp"
#include "netlink/ndp_message.hpp"
#include "netlink/nftables_batch.hpp"

namespace flywall::netlink {

namespace {

// Before every ordinary filter (NF_IP_PRI_FILTER is 0): a ruleset may accept what we must drop.
constexpr std::int32_t kPriority = -350;
constexpr const char* kSet = "addresses";
constexpr std::uint32_t kSetId = 1;
constexpr std::uint32_t kTableOwner = 2;  // NFT_TABLE_F_OWNER

// Offsets within the ARP, IPv6 and ICMPv6 headers.
constexpr std::uint32_t kArpOperation = 6, kArpSender = 14, kArpTarget = 24;
constexpr std::uint32_t kIpv6Source = 8, kIcmp6Type = 0, kNdpTarget = 8;

struct Table {
  std::uint8_t family;
  std::uint32_t address_bytes;
  std::string name;
};

// The expressions of one rule, in order.
class Rule {
 public:
  Rule(NftablesBatch& batch, const Table& table, const char* chain) : batch_(batch) {
    batch_.message(NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND, table.family);
    batch_.put_text(NFTA_RULE_TABLE, table.name);
    batch_.put_text(NFTA_RULE_CHAIN, chain);
    batch_.open(NFTA_RULE_EXPRESSIONS);
  }
  Rule& payload(nft_payload_bases base, std::uint32_t offset, std::uint32_t length) {
    begin("payload");
    batch_.put_u32(NFTA_PAYLOAD_DREG, NFT_REG_1);
    batch_.put_u32(NFTA_PAYLOAD_BASE, base);
    batch_.put_u32(NFTA_PAYLOAD_OFFSET, offset);
    batch_.put_u32(NFTA_PAYLOAD_LEN, length);
    return end();
  }
  Rule& protocol() {
    begin("meta");
    batch_.put_u32(NFTA_META_DREG, NFT_REG_1);
    batch_.put_u32(NFTA_META_KEY, NFT_META_L4PROTO);
    return end();
  }
  Rule& equals(Bytes value) {
    begin("cmp");
    batch_.put_u32(NFTA_CMP_SREG, NFT_REG_1);
    batch_.put_u32(NFTA_CMP_OP, NFT_CMP_EQ);
    batch_.open(NFTA_CMP_DATA);
    batch_.put(NFTA_DATA_VALUE, value);
    batch_.close();
    return end();
  }
  Rule& is_ours() {
    begin("lookup");
    batch_.put_text(NFTA_LOOKUP_SET, kSet);
    batch_.put_u32(NFTA_LOOKUP_SET_ID, kSetId);
    batch_.put_u32(NFTA_LOOKUP_SREG, NFT_REG_1);
    return end();
  }
  void drop() {
    begin("immediate");
    batch_.put_u32(NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
    batch_.open(NFTA_IMMEDIATE_DATA);
    batch_.open(NFTA_DATA_VERDICT);
    batch_.put_u32(NFTA_VERDICT_CODE, NF_DROP);
    batch_.close();
    batch_.close();
    end();
    batch_.close();
  }

 private:
  void begin(const char* expression) {
    batch_.open(NFTA_LIST_ELEM);
    batch_.put_text(NFTA_EXPR_NAME, expression);
    batch_.open(NFTA_EXPR_DATA);
  }
  Rule& end() {
    batch_.close();
    batch_.close();
    return *this;
  }
  NftablesBatch& batch_;
};

void add_table(NftablesBatch& batch, const Table& table) {
  batch.message(NFT_MSG_NEWTABLE, NLM_F_CREATE | NLM_F_EXCL, table.family);
  batch.put_text(NFTA_TABLE_NAME, table.name);
  batch.put_u32(NFTA_TABLE_FLAGS, kTableOwner);
}

void add_set(NftablesBatch& batch, const Table& table, std::span<const IpAddress> addresses) {
  batch.message(NFT_MSG_NEWSET, NLM_F_CREATE, table.family);
  batch.put_text(NFTA_SET_TABLE, table.name);
  batch.put_text(NFTA_SET_NAME, kSet);
  batch.put_u32(NFTA_SET_ID, kSetId);
  batch.put_u32(NFTA_SET_KEY_LEN, table.address_bytes);
  while (!addresses.empty()) {
    const auto piece = addresses.first(std::min(addresses.size(), kSilencedPerMessage));
    addresses = addresses.subspan(piece.size());
    batch.message(NFT_MSG_NEWSETELEM, NLM_F_CREATE, table.family);
    batch.put_text(NFTA_SET_ELEM_LIST_TABLE, table.name);
    batch.put_text(NFTA_SET_ELEM_LIST_SET, kSet);
    batch.put_u32(NFTA_SET_ELEM_LIST_SET_ID, kSetId);
    batch.open(NFTA_SET_ELEM_LIST_ELEMENTS);
    for (const IpAddress& address : piece) {
      batch.open(NFTA_LIST_ELEM);
      batch.open(NFTA_SET_ELEM_KEY);
      batch.put(NFTA_DATA_VALUE, address.view());
      batch.close();
      batch.close();
    }
    batch.close();
  }
}

void add_chain(NftablesBatch& batch, const Table& table, const char* name, std::uint32_t hook) {
  batch.message(NFT_MSG_NEWCHAIN, NLM_F_CREATE, table.family);
  batch.put_text(NFTA_CHAIN_TABLE, table.name);
  batch.put_text(NFTA_CHAIN_NAME, name);
  batch.put_text(NFTA_CHAIN_TYPE, "filter");
  batch.open(NFTA_CHAIN_HOOK);
  batch.put_u32(NFTA_HOOK_HOOKNUM, hook);
  batch.put_u32(NFTA_HOOK_PRIORITY, static_cast<std::uint32_t>(kPriority));
  batch.close();
}

void silence_arp(NftablesBatch& batch, const Table& table) {
  static constexpr std::uint8_t kRequest[] = {0, 1};
  add_chain(batch, table, "in", NF_ARP_IN);
  add_chain(batch, table, "out", NF_ARP_OUT);
  Rule(batch, table, "in")
      .payload(NFT_PAYLOAD_NETWORK_HEADER, kArpOperation, sizeof kRequest)
      .equals(kRequest)
      .payload(NFT_PAYLOAD_NETWORK_HEADER, kArpTarget, table.address_bytes)
      .is_ours()
      .drop();
  Rule(batch, table, "out")
      .payload(NFT_PAYLOAD_NETWORK_HEADER, kArpSender, table.address_bytes)
      .is_ours()
      .drop();
}

// Rules for ICMPv6 of one type.
Rule icmp6_rule(NftablesBatch& batch, const Table& table, const char* chain, std::uint8_t type) {
  static constexpr std::uint8_t kIcmp6[] = {58};
  Rule rule(batch, table, chain);
  rule.protocol().equals(kIcmp6);
  rule.payload(NFT_PAYLOAD_TRANSPORT_HEADER, kIcmp6Type, 1).equals(Bytes(&type, 1));
  return rule;
}

void silence_ndp(NftablesBatch& batch, const Table& table) {
  add_chain(batch, table, "in", NF_INET_LOCAL_IN);
  add_chain(batch, table, "out", NF_INET_LOCAL_OUT);
  const std::uint32_t size = table.address_bytes;
  icmp6_rule(batch, table, "in", kIcmp6Solicitation)
      .payload(NFT_PAYLOAD_TRANSPORT_HEADER, kNdpTarget, size)
      .is_ours()
      .drop();
  icmp6_rule(batch, table, "out", kIcmp6Advertisement)
      .payload(NFT_PAYLOAD_TRANSPORT_HEADER, kNdpTarget, size)
      .is_ours()
      .drop();
  icmp6_rule(batch, table, "out", kIcmp6Solicitation)
      .payload(NFT_PAYLOAD_NETWORK_HEADER, kIpv6Source, size)
      .is_ours()
      .drop();
}

std::vector<IpAddress> of_family(std::span<const IpAddress> addresses, Family family) {
  std::vector<IpAddress> result;
  std::ranges::copy_if(addresses, std::back_inserter(result),
                       [&](const IpAddress& address) { return address.family == family; });
  return result;
}

std::string table_name(AddressTag tag) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string name = "flywall_quiet_";
  name += kDigits[tag.value >> 4];
  name += kDigits[tag.value & 15];
  return name;
}

}  // namespace

SilenceTransaction silence_transaction(AddressTag tag, std::span<const IpAddress> addresses) {
  FLYWALL_CHECK(!addresses.empty() && addresses.size() <= kMaxVirtualAddresses);
  NftablesBatch batch(1);
  if (const auto ipv4 = of_family(addresses, Family::ipv4); !ipv4.empty()) {
    const Table table{NFPROTO_ARP, 4, table_name(tag)};
    add_table(batch, table);
    add_set(batch, table, ipv4);
    silence_arp(batch, table);
  }
  if (const auto ipv6 = of_family(addresses, Family::ipv6); !ipv6.empty()) {
    const Table table{NFPROTO_IPV6, 16, table_name(tag)};
    add_table(batch, table);
    add_set(batch, table, ipv6);
    silence_ndp(batch, table);
  }
  const std::uint32_t last = batch.last_sequence();
  return {std::move(batch).finish(), last};
}

}  // namespace flywall::netlink
