#include <algorithm>

#include "daemon/config/rules.hpp"

namespace flywall::config {

namespace {

constexpr std::size_t kMaxWitnesses = 2;
constexpr std::size_t kVoteKeyDigits = 64;

bool is_provider(WitnessType type) { return type != WitnessType::node; }

// The setting that says where a witness is.
std::string place_setting(WitnessType type) {
  switch (type) {
    case WitnessType::node:
      return "address";
    case WitnessType::file:
      return "path";
    case WitnessType::redis:
    case WitnessType::consul:
    case WitnessType::etcd:
      return "url";
  }
  return "url";
}

void check_url(const Rules& rules, const Witness& witness, const std::string& block) {
  if (witness.url.empty() || place_setting(witness.type) != "url") return;
  const bool redis = witness.url.starts_with("redis");
  if (witness.url.starts_with("rediss://"))
    rules.error(rules.at(block + ".url"), "Redis with TLS (rediss://) is not supported");
  else if (redis != (witness.type == WitnessType::redis))
    rules.error(rules.at(block + ".url"), redis ? "redis:// belongs to the type \"redis\""
                                                : "the type \"redis\" needs a redis:// address");
}

void check_witness(const Rules& rules, std::size_t index) {
  const Witness& witness = rules.ha().witnesses[index];
  const std::string block = "replication.ha.witness[" + std::to_string(index) + "]";
  if (!rules.has(block + ".type") || !rules.bound.complete(block)) return;
  const std::string needed = place_setting(witness.type);
  if (!rules.has(block + "." + needed))
    rules.error(rules.at(block), "a witness of this type needs \"" + needed + "\"");
  for (const std::string other : {"url", "address", "path"})
    if (other != needed && rules.has(block + "." + other))
      rules.warn(rules.at(block + "." + other),
                 "a witness of this type has no \"" + other + "\": it does nothing here");
  if (witness.type == WitnessType::node && !witness.address.empty() &&
      !HostPort::parse(witness.address))
    rules.error(
        rules.at(block + ".address"),
        "the address of a witness is an address or host name with its heartbeat port, as in "
        "\"10.0.0.9:9002\"");
  if (!is_provider(witness.type) && rules.has(block + ".on_start"))
    rules.warn(rules.at(block + ".on_start"),
               "a witness node is not waited for at start: \"on_start\" does nothing here");
  check_url(rules, witness, block);
}

// Two of them in one place are one vote that counts twice.
void check_places(const Rules& rules) {
  const auto& witnesses = rules.ha().witnesses;
  for (std::size_t i = 1; i < witnesses.size(); ++i) {
    const Witness& one = witnesses[i - 1];
    const Witness& other = witnesses[i];
    const bool same = one.type == other.type && one.url == other.url && one.path == other.path &&
                      one.address == other.address;
    if (same && rules.complete("replication.ha.witness", i))
      rules.error(
          rules.indexed("replication.ha.witness", i),
          "this is the same place as that of \"" + one.name + "\": one voter must not vote twice");
  }
}

void check_cluster(const Rules& rules, std::size_t index) {
  const std::string block = "replication.cluster[" + std::to_string(index) + "]";
  if (!rules.bound.complete(block)) return;
  const bool key = rules.has(block + ".vote_key");
  const bool file = rules.has(block + ".vote_key_file");
  if (key == file)
    rules.error(rules.at(key ? block + ".vote_key_file" : block),
                key ? "give either \"vote_key\" or \"vote_key_file\", not both"
                    : "a \"vote_key\" or \"vote_key_file\" is required: `flywall keygen "
                      "--witness` on a node of that cluster prints it");
}

// Of a node that only votes.
void check_voter(const Rules& rules) {
  const Replication& replication = rules.replication();
  if (replication.clusters.empty() && rules.bound.complete("replication"))
    rules.error(rules.at("replication.mode"),
                "a witness votes for other clusters: it needs a block cluster \"ID\" { vote_key = "
                "\"…\" } for each of them");
  if (!rules.ha().virtual_ips.empty())
    rules.error(rules.indexed("replication.ha.virtual_ip", 0),
                "a witness holds no addresses: remove this, or make the mode \"primary\" or "
                "\"replica\"");
  if (!rules.ha().witnesses.empty())
    rules.error(rules.indexed("replication.ha.witness", 0), "a witness asks no other witness");
}

}  // namespace

void check_witnesses(const Rules& rules) {
  const auto& witnesses = rules.ha().witnesses;
  const auto& clusters = rules.replication().clusters;
  check_labels(rules, "replication.ha.witness", witnesses.size(),
               [&](std::size_t i) { return witnesses[i].name; });
  check_labels(rules, "replication.cluster", clusters.size(),
               [&](std::size_t i) { return clusters[i].id; });
  for (std::size_t i = 0; i < witnesses.size(); ++i) check_witness(rules, i);
  check_places(rules);
  if (witnesses.size() > kMaxWitnesses)
    rules.error(rules.indexed("replication.ha.witness", kMaxWitnesses),
                "more than two witnesses: add a node instead");
  for (std::size_t i = 0; i < clusters.size(); ++i) check_cluster(rules, i);
  if (rules.replication().mode == Mode::witness)
    check_voter(rules);
  else if (!clusters.empty())
    rules.warn(rules.indexed("replication.cluster", 0),
               "only a node with mode = \"witness\" votes for other clusters");
}

void check_vote_key(const Secret& key, Place place, Problems& problems) {
  const std::string_view text = key.reveal();
  const bool digits = std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  });
  if (text.size() != kVoteKeyDigits || !digits)
    problems.error(place,
                   "a vote key is 64 hexadecimal digits: what `flywall keygen --witness` prints on "
                   "a node of that cluster");
}

}  // namespace flywall::config
