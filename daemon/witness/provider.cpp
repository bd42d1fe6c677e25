#include "daemon/witness/provider.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace flywall::witness {

namespace {

using config::WitnessType;

class ProviderStore : public RecordStore {
 public:
  ProviderStore(const config::Witness& witness, const std::string& cluster_id)
      : witness_(witness), cluster_id_(cluster_id) {}

  Result<std::optional<Stored>> read() override {
    if (auto made = make(); !made) return std::unexpected(made.error());
    return judged(store_->read());
  }
  Result<bool> replace(const std::optional<Stored>& expected, const std::string& value) override {
    if (auto made = make(); !made) return std::unexpected(made.error());
    return judged(store_->replace(expected, value));
  }
  std::string name() const override { return store_ ? store_->name() : witness_.name; }

 private:
  Result<void> make() {
    if (store_) return {};
    auto made = made_store();
    if (!made) return std::unexpected(made.error());
    store_ = std::move(*made);
    return {};
  }

  template <class T>
  Result<T> judged(Result<T> result) {
    if (!result && result.error().kind == ErrorKind::denied) store_.reset();
    return result;
  }

  Result<std::unique_ptr<RecordStore>> made_store() const {
    if (witness_.type == WitnessType::file) return file_store(path(), witness_.allow_network_fs);
    ServerSetting setting{
        .url = witness_.url,
        .key = witness_.key.empty() ? "flywall/" + cluster_id_ + "/lock" : witness_.key,
        .token = {},
        .limit = witness_.connect_timeout};
    if (!witness_.token_file.empty()) {
      std::ifstream file(witness_.token_file);
      if (!std::getline(file, setting.token))
        return fail(ErrorKind::denied, "cannot read the token in " + witness_.token_file);
    }
    switch (witness_.type) {
      case WitnessType::redis:
        return redis_store(setting);
      case WitnessType::consul:
        return consul_store(setting);
      case WitnessType::etcd:
        return etcd_store(setting);
      case WitnessType::file:
      case WitnessType::node:
        break;
    }
    return fail(ErrorKind::invalid, "a witness node has no store");
  }

  std::string path() const {
    std::error_code ignored;
    if (!std::filesystem::is_directory(witness_.path, ignored)) return witness_.path;
    std::string file = cluster_id_ + ".lock";
    std::ranges::replace(file, '/', '_');
    return std::filesystem::path(witness_.path) / file;
  }

  config::Witness witness_;
  std::string cluster_id_;
  std::unique_ptr<RecordStore> store_;
};

}  // namespace

std::unique_ptr<RecordStore> provider_store(const config::Witness& witness,
                                            const std::string& cluster_id) {
  return std::make_unique<ProviderStore>(witness, cluster_id);
}

Duration provider_lease(const config::Ha& ha) {
  return std::max<Duration>(ha.lease.ttl.value_or(ha.detection_time()), kShortestProviderLease);
}

Duration provider_renewal(const config::Ha& ha) {
  const Duration third = provider_lease(ha) / 3;
  return ha.lease.renew ? std::min(*ha.lease.renew, third) : third;
}

Result<void> check_providers(const config::Replication& replication) {
  for (const config::Witness& witness : replication.ha.witnesses) {
    if (witness.type == WitnessType::node || witness.on_start != config::OnStart::fail) continue;
    const auto answered = provider_store(witness, replication.cluster_id)->read();
    if (!answered)
      return fail(answered.error().kind,
                  "witness \"" + witness.name + "\": " + answered.error().message +
                      "; with on_start = \"backup\" this node would start without its vote");
  }
  return {};
}

}  // namespace flywall::witness
