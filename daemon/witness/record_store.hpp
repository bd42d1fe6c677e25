// A store of one small value that can be compared and set: where an ObservedLock's record stands.
//
// The border to somebody else's server or file system, hence virtual. Calls block, at most for the
// time limit they were made with: each store has a thread of its own. Knows no claim and no lease.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "base/time.hpp"

namespace flywall::witness {

struct Stored {
  std::string value;    // at most kMaxRecordText bytes
  std::string version;  // changes whenever the value is written
};

class RecordStore {
 public:
  virtual ~RecordStore() = default;

  // What stands there now; nothing: no record. Errors: unavailable (no connection, refused),
  // timed_out, denied (password, token), invalid (something else stands there).
  virtual Result<std::optional<Stored>> read() = 0;
  // Writes `value` if what stands there still is `expected` (nothing: no record); false when it is
  // not. After an error nobody knows whether it was written: read again.
  virtual Result<bool> replace(const std::optional<Stored>& expected, const std::string& value) = 0;
  // For logs and status, without secrets: "redis 10.0.0.5:6379 flywall/lock".
  virtual std::string name() const = 0;
};

// `path` is made when its folder exists. Refuses network file systems unless `allow_network_fs`.
Result<std::unique_ptr<RecordStore>> file_store(const std::string& path, bool allow_network_fs);

struct ServerSetting {
  std::string url;      // "redis://:password@host:port/db", "http://host:port"
  std::string key;      // of the record
  std::string token;    // Consul's, may be empty
  Duration limit = 2s;  // of one call, connecting included
};
// `url` is checked; nothing is connected yet. Errors: invalid.
Result<std::unique_ptr<RecordStore>> redis_store(const ServerSetting& setting);
Result<std::unique_ptr<RecordStore>> consul_store(const ServerSetting& setting);
Result<std::unique_ptr<RecordStore>> etcd_store(const ServerSetting& setting);

}  // namespace flywall::witness
