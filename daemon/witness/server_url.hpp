// The address of a lock provider as people write it: "scheme://[user:password@]host[:port][/path]".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace flywall::witness {

struct ServerUrl {
  std::string scheme;
  std::string user;
  std::string password;  // never shown
  std::string host;      // without brackets
  std::optional<std::uint16_t> port;
  std::string path;  // without the leading "/"

  static std::optional<ServerUrl> parse(std::string_view text);
};

}  // namespace flywall::witness
