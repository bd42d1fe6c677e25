#include <hiredis/hiredis.h>
#include <sys/time.h>

#include <array>
#include <vector>

#include "daemon/witness/observed_lock.hpp"
#include "daemon/witness/record_store.hpp"
#include "daemon/witness/server_url.hpp"

namespace flywall::witness {

namespace {

// The server runs a script as one step: nobody's write comes between comparing and setting.
constexpr const char* kReplace = R"(
local present = redis.call('GET', KEYS[1])
if (present or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1)";
constexpr std::uint16_t kPort = 6379;

struct CloseContext {
  void operator()(redisContext* context) const { redisFree(context); }
};
struct FreeReply {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using Context = std::unique_ptr<redisContext, CloseContext>;
using Reply = std::unique_ptr<redisReply, FreeReply>;

timeval as_timeval(Duration duration) {
  return {.tv_sec = duration / 1s, .tv_usec = (duration % 1s) / 1us};
}

class RedisStore : public RecordStore {
 public:
  RedisStore(ServerUrl url, const ServerSetting& setting)
      : url_(std::move(url)), key_(setting.key), limit_(setting.limit) {}

  Result<std::optional<Stored>> read() override {
    auto reply = ask({"GET", key_});
    if (!reply) return std::unexpected(reply.error());
    if ((*reply)->type == REDIS_REPLY_NIL) return std::nullopt;
    if ((*reply)->type != REDIS_REPLY_STRING || (*reply)->len > kMaxRecordText)
      return fail(ErrorKind::invalid, name() + ": something else stands under this key");
    std::string value((*reply)->str, (*reply)->len);
    return Stored{.value = value, .version = value};
  }

  Result<bool> replace(const std::optional<Stored>& expected, const std::string& value) override {
    auto reply = ask({"EVAL", kReplace, "1", key_, expected ? expected->version : "", value});
    if (!reply) return std::unexpected(reply.error());
    if ((*reply)->type != REDIS_REPLY_INTEGER)
      return fail(ErrorKind::invalid, name() + ": a strange answer to a script");
    return (*reply)->integer == 1;
  }

  std::string name() const override {
    return "redis " + url_.host + ":" + std::to_string(url_.port.value_or(kPort)) + " " + key_;
  }

 private:
  Result<void> connect() {
    if (context_) return {};
    context_.reset(
        redisConnectWithTimeout(url_.host.c_str(), url_.port.value_or(kPort), as_timeval(limit_)));
    if (!context_) return fail(ErrorKind::internal, name() + ": no memory");
    if (context_->err != 0) return broken("cannot connect");
    redisSetTimeout(context_.get(), as_timeval(limit_));
    if (!url_.password.empty()) {
      std::vector<std::string> login{"AUTH", url_.password};
      if (!url_.user.empty()) login.insert(login.begin() + 1, url_.user);
      if (auto reply = send(login); !reply) return std::unexpected(reply.error());
    }
    if (url_.path.empty()) return {};
    if (auto reply = send({"SELECT", url_.path}); !reply) return std::unexpected(reply.error());
    return {};
  }

  Result<Reply> ask(const std::vector<std::string>& words) {
    if (auto connected = connect(); !connected) return std::unexpected(connected.error());
    return send(words);
  }

  Result<Reply> send(const std::vector<std::string>& words) {
    std::vector<const char*> texts;
    std::vector<std::size_t> sizes;
    for (const std::string& word : words) {
      texts.push_back(word.data());
      sizes.push_back(word.size());
    }
    Reply reply(static_cast<redisReply*>(redisCommandArgv(
        context_.get(), static_cast<int>(words.size()), texts.data(), sizes.data())));
    if (!reply) return broken("no answer to " + words.front());
    if (reply->type != REDIS_REPLY_ERROR) return reply;
    const std::string complaint(reply->str, reply->len);
    context_.reset();
    const bool login = complaint.starts_with("NOAUTH") || complaint.starts_with("WRONGPASS") ||
                       complaint.starts_with("NOPERM");
    return fail(login ? ErrorKind::denied : ErrorKind::unavailable,
                name() + ": " + words.front() + ": " + complaint);
  }

  std::unexpected<Error> broken(const std::string& what) {
    const bool late = context_->err == REDIS_ERR_IO && (errno == EAGAIN || errno == ETIMEDOUT);
    const std::string reason = context_->errstr;
    context_.reset();
    return fail(late ? ErrorKind::timed_out : ErrorKind::unavailable,
                name() + ": " + what + ": " + reason);
  }

  ServerUrl url_;
  std::string key_;
  Duration limit_;
  Context context_;
};

}  // namespace

Result<std::unique_ptr<RecordStore>> redis_store(const ServerSetting& setting) {
  auto url = ServerUrl::parse(setting.url);
  if (!url) return fail(ErrorKind::invalid, "a Redis url looks like redis://host:6379");
  if (url->scheme == "rediss")
    return fail(ErrorKind::invalid, "rediss:// is not built: use redis:// over a tunnel");
  if (url->scheme != "redis") return fail(ErrorKind::invalid, "a Redis url begins with redis://");
  return std::make_unique<RedisStore>(std::move(*url), setting);
}

}  // namespace flywall::witness
