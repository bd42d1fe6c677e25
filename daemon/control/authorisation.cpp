#include "daemon/control/authorisation.hpp"

#include <sodium/crypto_generichash.h>
#include <sodium/utils.h>

#include <algorithm>
#include <array>

#include "base/bytes.hpp"

namespace flywall::control {

namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return result;
}

// "localhost:8080" and "LOCALHOST" name one machine; the port is compared as text.
struct Authority {
  std::string host;
  std::string port;
  bool operator==(const Authority&) const = default;
};

std::optional<Authority> parse_authority(std::string_view text) {
  const std::optional<HostPort> parsed = HostPort::parse(text);
  if (!parsed || parsed->host.empty()) return std::nullopt;
  return Authority{lower(parsed->host), parsed->port ? std::to_string(*parsed->port) : "80"};
}

// Compares digests, so that neither the length nor the first difference shows in the time it takes.
bool same_secret(std::string_view a, std::string_view b) {
  using Digest = std::array<std::uint8_t, crypto_generichash_BYTES>;
  const auto digest = [](std::string_view text) {
    Digest result{};
    const Bytes bytes = as_bytes(text);
    crypto_generichash(result.data(), result.size(), bytes.data(), bytes.size(), nullptr, 0);
    return result;
  };
  const Digest left = digest(a);
  const Digest right = digest(b);
  return sodium_memcmp(left.data(), right.data(), left.size()) == 0;
}

bool shows_token(const Request& request, const Rules& rules) {
  constexpr std::string_view kScheme = "bearer ";
  if (!rules.token || rules.token->empty() || !request.authorization) return false;
  const std::string_view sent = *request.authorization;
  if (sent.size() <= kScheme.size() || lower(sent.substr(0, kScheme.size())) != kScheme)
    return false;
  return same_secret(sent.substr(kScheme.size()), rules.token->reveal());
}

bool is_json(std::string_view content_type) {
  std::string_view type = content_type.substr(0, content_type.find(';'));
  while (type.ends_with(' ') || type.ends_with('\t')) type.remove_suffix(1);
  return lower(type) == "application/json";
}

std::optional<Refused> check_host(const Request& request, const Rules& rules) {
  if (!request.host) {
    if (request.http_1_0) return std::nullopt;
    return Refused{400, "BAD_REQUEST", "the request has no Host"};
  }
  const auto authority = parse_authority(*request.host);
  if (authority && is_own_host(authority->host, rules.listen_host)) return std::nullopt;
  return Refused{403, "FOREIGN_HOST", "Host does not name this machine; use localhost"};
}

std::optional<Refused> check_origin(const Request& request) {
  if (request.fetch_site && *request.fetch_site != "none" && *request.fetch_site != "same-origin")
    return Refused{403, "FOREIGN_ORIGIN", "a page of another site must not ask this API"};
  if (!request.origin) return std::nullopt;
  constexpr std::string_view kScheme = "http://";
  const bool http = lower(*request.origin).starts_with(kScheme);
  const auto origin =
      http ? parse_authority(std::string_view(*request.origin).substr(kScheme.size()))
           : std::nullopt;
  const auto host = request.host ? parse_authority(*request.host) : std::nullopt;
  if (origin && host && *origin == *host) return std::nullopt;
  return Refused{403, "FOREIGN_ORIGIN", "Origin is not this API"};
}

}  // namespace

bool is_own_host(std::string_view host, std::string_view listen_host) {
  const std::string name = lower(host);
  if (name == "localhost" || (!listen_host.empty() && name == lower(listen_host))) return true;
  const std::optional<IpAddress> address = IpAddress::parse(name);
  return address && address->is_loopback();
}

std::optional<Refused> may_ask(const Request& request, const Rules& rules) {
  if (auto refused = check_host(request, rules)) return refused;
  return check_origin(request);
}

std::optional<Refused> may_write(const Request& request, const Caller& caller, const Rules& rules) {
  if (!request.body.empty() && !is_json(request.content_type.value_or("")))
    return Refused{415, "UNSUPPORTED_MEDIA_TYPE", "the body must be application/json"};
  const bool trusted = caller.uid && (*caller.uid == 0 || caller.in_group);
  if (trusted || shows_token(request, rules)) return std::nullopt;
  if (request.authorization)
    return Refused{403, "NOT_PERMITTED", "the token is not that of api.token_file"};
  return Refused{403, "NOT_PERMITTED",
                 caller.name() +
                     " may not change state: root and group flywall may, or whoever "
                     "sends the token of api.token_file (Authorization: Bearer …)"};
}

}  // namespace flywall::control
