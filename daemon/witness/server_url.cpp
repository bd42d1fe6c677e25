#include "daemon/witness/server_url.hpp"

#include "base/address.hpp"

namespace flywall::witness {

std::optional<ServerUrl> ServerUrl::parse(std::string_view text) {
  ServerUrl url;
  const std::size_t scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos || scheme_end == 0) return std::nullopt;
  url.scheme = text.substr(0, scheme_end);
  text.remove_prefix(scheme_end + 3);
  std::string_view authority = text.substr(0, text.find('/'));
  if (authority.size() < text.size()) url.path = text.substr(authority.size() + 1);
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    const std::string_view login = authority.substr(0, at);
    const std::size_t colon = login.find(':');
    url.user = login.substr(0, colon);
    if (colon != std::string_view::npos) url.password = login.substr(colon + 1);
    authority.remove_prefix(at + 1);
  }
  const auto place = HostPort::parse(authority);
  if (!place || place->host.empty()) return std::nullopt;
  url.host = place->host;
  url.port = place->port;
  return url;
}

}  // namespace flywall::witness
