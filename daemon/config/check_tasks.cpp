#include <algorithm>
#include <set>

#include "daemon/config/rules.hpp"

namespace flywall::config {

namespace {

// Exactly one of two settings of a block.
void check_one_of(const Rules& rules, const std::string& block, std::string_view first,
                  std::string_view second) {
  const bool one = rules.has(block + "." + std::string(first));
  const bool other = rules.has(block + "." + std::string(second));
  if (one != other || (!one && !rules.bound.complete(block))) return;
  const std::string both = "\"" + std::string(first) + "\" or \"" + std::string(second) + "\"";
  rules.error(rules.at(one ? block + "." + std::string(second) : block),
              one ? "give either " + both + ", not both" : "this block needs " + both);
}

std::string nth(std::string_view path, std::size_t index) {
  return std::string(path) + "[" + std::to_string(index) + "]";
}

void check_lease(const Rules& rules) {
  const Lease& lease = rules.ha().lease;
  if (lease.ttl && lease.renew && *lease.renew >= *lease.ttl)
    rules.error(rules.at("replication.ha.lease.renew"),
                "\"renew\" must be shorter than \"ttl\", or every lease runs out");
  if (lease.ttl && *lease.ttl < rules.ha().detection_time())
    rules.error(rules.at("replication.ha.lease.ttl"),
                "\"ttl\" must not be shorter than the time after which a silent peer counts as "
                "dead: the lease would be over before anybody may take its place");
}

void check_jobs(const Rules& rules) {
  const Ha& ha = rules.ha();
  for (std::size_t i = 0; i < ha.jobs.size(); ++i) {
    const std::string block = nth("replication.ha.job", i);
    check_one_of(rules, block, "every", "cron");
    if (ha.jobs[i].lock_required && ha.quorum == Quorum::none &&
        rules.bound.complete("replication.ha"))
      rules.error(rules.at(block + ".lock_required"),
                  "with quorum = \"none\" two nodes may be primary for a moment: no lock can be "
                  "promised; add a witness or a third node");
  }
}

void check_dataset(const Rules& rules, std::size_t index) {
  const Dataset& dataset = rules.replication().datasets[index];
  const std::string block = nth("replication.dataset", index);
  const bool needs_paths =
      dataset.type == DatasetType::files || dataset.type == DatasetType::sqlite;
  if (needs_paths && dataset.paths.empty() && rules.has(block + ".type") &&
      rules.bound.complete(block))
    rules.error(rules.at(block), "a dataset of this type needs \"paths\"");
  if (std::set(dataset.paths.begin(), dataset.paths.end()).size() != dataset.paths.size())
    rules.error(rules.at(block + ".paths"), "a path stands twice in this list");
}

void check_leader_urls(const Rules& rules) {
  const auto all = peers(rules.replication());
  const auto unnamed = [](const Peer& peer) { return peer.name.empty(); };
  if (std::ranges::any_of(all, unnamed) || !rules.bound.complete("replication")) return;
  for (const NodeUrl& url : rules.ha().leader_urls) {
    const bool own = url.node == rules.replication().node_id;
    if (own || std::ranges::any_of(all, [&](const Peer& peer) { return peer.name == url.node; }))
      continue;
    rules.error(rules.at("replication.ha.leader_urls"),
                "\"" + url.node.str() + "\" is neither this node nor one of its peers");
  }
}

}  // namespace

void check_tasks(const Rules& rules) {
  const Ha& ha = rules.ha();
  const auto& datasets = rules.replication().datasets;
  const auto labels = [&](std::string_view path, const auto& blocks) {
    check_labels(rules, path, blocks.size(), [&](std::size_t i) { return blocks[i].name; });
  };
  labels("replication.ha.service", ha.services);
  labels("replication.ha.job", ha.jobs);
  labels("replication.ha.notify", ha.notifications);
  labels("replication.dataset", datasets);
  check_lease(rules);
  for (std::size_t i = 0; i < ha.services.size(); ++i)
    check_one_of(rules, nth("replication.ha.service", i), "unit", "command");
  check_jobs(rules);
  for (std::size_t i = 0; i < datasets.size(); ++i) check_dataset(rules, i);
  check_leader_urls(rules);
  if (ha.fencing.required && ha.fencing.script.empty() &&
      rules.bound.complete("replication.ha.fencing"))
    rules.error(rules.at("replication.ha.fencing.required"),
                "there is no \"script\" that could be required");
}

}  // namespace flywall::config
