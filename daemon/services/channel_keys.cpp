#include "daemon/services/channel_keys.hpp"

#include <boost/asio/post.hpp>

namespace flywall::services {

namespace {

// Named by a digest, so that no secret lies about longer than its configuration.
std::string name_of(std::string_view secret, const std::string& cluster_id) {
  const SecretKey of_cluster = derive_key(SecretKey(), cluster_id);
  const SecretKey digest = derive_key(of_cluster, secret);
  return {reinterpret_cast<const char*>(digest.data()), SecretKey::kSize};
}

}  // namespace

void ChannelKeys::derive(const config::Replication& replication,
                         std::function<void(Result<replication::Keys>)> answer) {
  std::vector<config::Secret> secrets{replication.secret_key};
  if (replication.previous_secret_key) secrets.push_back(*replication.previous_secret_key);
  const std::uint64_t number = ++asked_;
  boost::asio::post(thread_, [this, number, secrets, cluster = replication.cluster_id,
                              answer = std::move(answer)] {
    Result<replication::Keys> keys{replication::Keys{}};
    Known needed;
    for (const config::Secret& secret : secrets) {
      const std::string name = name_of(secret.reveal(), cluster);
      auto found = known_.find(name);
      if (found == known_.end()) {
        const auto derived = cluster_key(secret.reveal(), cluster);
        if (!derived) {
          keys = std::unexpected(derived.error());
          break;
        }
        found = known_.emplace(name, replication::channel_key(*derived)).first;
      }
      needed.insert(*found);
      keys->push_back(found->second);
    }
    if (keys) known_ = std::move(needed);
    boost::asio::post(home_, [this, number, keys, answer] {
      if (number == asked_) answer(keys);
    });
  });
}

}  // namespace flywall::services
