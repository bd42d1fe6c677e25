// Consul's and etcd's key-value stores.
#include <sodium.h>

#include <nlohmann/json.hpp>

#include "daemon/witness/http_exchange.hpp"
#include "daemon/witness/observed_lock.hpp"
#include "daemon/witness/record_store.hpp"
#include "daemon/witness/server_url.hpp"

namespace flywall::witness {

namespace {

using nlohmann::json;

std::string to_base64(const std::string& text) {
  constexpr int kVariant = sodium_base64_VARIANT_ORIGINAL;
  std::string result(sodium_base64_ENCODED_LEN(text.size(), kVariant), '\0');
  sodium_bin2base64(result.data(), result.size(),
                    reinterpret_cast<const unsigned char*>(text.data()), text.size(), kVariant);
  result.pop_back();  // the terminating zero
  return result;
}

std::optional<std::string> from_base64(const std::string& text) {
  std::string result(text.size(), '\0');
  std::size_t size = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(result.data()), result.size(), text.data(),
                        text.size(), nullptr, &size, nullptr, sodium_base64_VARIANT_ORIGINAL) != 0)
    return std::nullopt;
  result.resize(size);
  return result;
}

// What both have in common: where, how long, and what an answer may be.
class HttpStore : public RecordStore {
 public:
  HttpStore(const char* kind, ServerUrl url, const ServerSetting& setting)
      : kind_(kind), url_(std::move(url)), setting_(setting) {}

  std::string name() const override {
    return std::string(kind_) + " " + url_.host + ":" + std::to_string(*url_.port) + " " +
           setting_.key;
  }

 protected:
  const std::string& key() const { return setting_.key; }

  Result<HttpAnswer> ask(const char* method, const std::string& target,
                         const std::string& body = {}) const {
    HttpQuestion question{.host = url_.host,
                          .port = *url_.port,
                          .method = method,
                          .target = target,
                          .body = body,
                          .headers = {}};
    if (!setting_.token.empty()) question.headers.emplace_back("X-Consul-Token", setting_.token);
    auto answer = ask_http(question, setting_.limit);
    if (!answer) return answer;
    if (answer->status == 401 || answer->status == 403)
      return fail(ErrorKind::denied, name() + ": the token may not do this");
    if (answer->status >= 500)
      return fail(ErrorKind::unavailable, name() + ": status " + std::to_string(answer->status) +
                                              ": " + answer->body.substr(0, 120));
    return answer;
  }

  std::unexpected<Error> strange() const {
    return fail(ErrorKind::invalid,
                name() + ": a strange answer, or something else under this key");
  }

 private:
  const char* kind_;
  ServerUrl url_;
  ServerSetting setting_;
};

// https://developer.hashicorp.com/consul/api-docs/kv: `cas` compares ModifyIndex, 0: absent.
class ConsulStore : public HttpStore {
 public:
  using HttpStore::HttpStore;

  Result<std::optional<Stored>> read() override {
    auto answer = ask("GET", "/v1/kv/" + escaped(key()) + "?consistent");
    if (!answer) return std::unexpected(answer.error());
    if (answer->status == 404) return std::nullopt;
    const json list = json::parse(answer->body, nullptr, false);
    if (!list.is_array() || list.empty() || !list[0].is_object()) return strange();
    const json value = list[0].value("Value", json());
    const json index = list[0].value("ModifyIndex", json());
    if (!value.is_string() || !index.is_number_unsigned()) return strange();
    const auto text = from_base64(value);
    if (!text || text->size() > kMaxRecordText) return strange();
    return Stored{.value = *text, .version = std::to_string(index.get<std::uint64_t>())};
  }

  Result<bool> replace(const std::optional<Stored>& expected, const std::string& value) override {
    const std::string index = expected ? expected->version : "0";
    auto answer = ask("PUT", "/v1/kv/" + escaped(key()) + "?cas=" + index, value);
    if (!answer) return std::unexpected(answer.error());
    if (answer->status != 200) return strange();
    return answer->body.starts_with("true");
  }
};

// https://etcd.io/docs/v3.4/dev-guide/api_grpc_gateway: values in base64, integers as strings.
class EtcdStore : public HttpStore {
 public:
  using HttpStore::HttpStore;

  Result<std::optional<Stored>> read() override {
    auto answer = ask("POST", "/v3/kv/range", json{{"key", to_base64(key())}}.dump());
    if (!answer) return std::unexpected(answer.error());
    const json body = json::parse(answer->body, nullptr, false);
    if (answer->status != 200 || !body.is_object() || !body.contains("header")) return strange();
    if (!body.contains("kvs")) return std::nullopt;
    const json& list = body["kvs"];
    if (!list.is_array() || list.empty() || !list[0].is_object()) return strange();
    const json value = list[0].value("value", json());
    const json revision = list[0].value("mod_revision", json());
    if (!value.is_string() || !revision.is_string()) return strange();
    const auto text = from_base64(value);
    if (!text || text->size() > kMaxRecordText) return strange();
    return Stored{.value = *text, .version = revision.get<std::string>()};
  }

  Result<bool> replace(const std::optional<Stored>& expected, const std::string& value) override {
    const std::string there = to_base64(key());
    json compare{{"key", there}, {"result", "EQUAL"}};
    if (expected)
      compare.update({{"target", "MOD"}, {"mod_revision", expected->version}});
    else
      compare.update({{"target", "CREATE"}, {"create_revision", "0"}});
    const json put{{"request_put", {{"key", there}, {"value", to_base64(value)}}}};
    const json transaction{{"compare", {compare}}, {"success", {put}}};
    auto answer = ask("POST", "/v3/kv/txn", transaction.dump());
    if (!answer) return std::unexpected(answer.error());
    const json body = json::parse(answer->body, nullptr, false);
    if (answer->status != 200 || !body.is_object()) return strange();
    return body.value("succeeded", false);
  }
};

Result<ServerUrl> http_url(const ServerSetting& setting, std::uint16_t port) {
  auto url = ServerUrl::parse(setting.url);
  if (!url || url->scheme != "http")
    return fail(ErrorKind::invalid, "\"" + (url ? url->scheme : std::string()) +
                                        "\": the url of this provider looks like http://host:" +
                                        std::to_string(port) + "; https is not built");
  if (!url->port) url->port = port;
  return *url;
}

}  // namespace

Result<std::unique_ptr<RecordStore>> consul_store(const ServerSetting& setting) {
  auto url = http_url(setting, 8500);
  if (!url) return std::unexpected(url.error());
  return std::make_unique<ConsulStore>("consul", std::move(*url), setting);
}

Result<std::unique_ptr<RecordStore>> etcd_store(const ServerSetting& setting) {
  auto url = http_url(setting, 2379);
  if (!url) return std::unexpected(url.error());
  return std::make_unique<EtcdStore>("etcd", std::move(*url), setting);
}

}  // namespace flywall::witness
