#include "daemon/services/handed_configuration.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <optional>

#include "daemon/config/load.hpp"

namespace flywall::services {

namespace {

constexpr std::size_t kMostBytes = 2 << 20;

std::string_view take_line(std::string_view& rest) {
  const std::string_view line = rest.substr(0, rest.find('\n'));
  rest.remove_prefix(std::min(rest.size(), line.size() + 1));
  return line;
}

template <class Number>
std::optional<Number> parse_whole(std::string_view text) {
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<config::Quorum> quorum_named(std::string_view word) {
  for (const auto quorum : {config::Quorum::none, config::Quorum::majority})
    if (config::name(quorum) == word) return quorum;
  return std::nullopt;
}

}  // namespace

Result<Handed> parse_handed_configuration(std::string_view content) {
  const std::string path(take_line(content));
  const std::string state_dir(take_line(content));
  const std::string socket(take_line(content));
  const std::string node_id(take_line(content));
  const auto number = parse_whole<std::uint32_t>(take_line(content));
  const std::string cluster_id(take_line(content));
  const auto heartbeat_port = parse_whole<std::uint16_t>(take_line(content));
  const auto quorum = quorum_named(take_line(content));
  if (state_dir.empty() || socket.empty() || node_id.empty() || !number || cluster_id.empty() ||
      !heartbeat_port || !quorum)
    return fail(ErrorKind::invalid, "the head of the configuration handed over is incomplete");
  config::Environment environment = config::Environment::of_process();
  environment.host_name = node_id;
  config::Outcome outcome = config::read(config::unbundle(path, content), environment);
  if (!outcome.config) return fail(ErrorKind::invalid, outcome.render_all());
  config::Config written = *outcome.config;
  outcome.config->replication.state_dir = state_dir;
  outcome.config->replication.node_id = NodeId(node_id);
  outcome.config->api.socket = socket;
  outcome.config->replication.cluster_id = cluster_id;
  outcome.config->replication.ha.heartbeat_port = *heartbeat_port;
  outcome.config->replication.ha.quorum = *quorum;
  return Handed{.config = std::move(*outcome.config),
                .number = *number,
                .path = path,
                .written = std::move(written),
                .origins = std::move(outcome.origins)};
}

Result<std::string> read_whole(int fd) {
  std::string content;
  std::array<char, 16384> chunk{};
  while (content.size() <= kMostBytes) {
    const ssize_t count = pread(fd, chunk.data(), chunk.size(), static_cast<off_t>(content.size()));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail_errno("cannot read the configuration handed over", errno);
    if (count == 0) return content;
    content.append(chunk.data(), static_cast<std::size_t>(count));
  }
  return fail(ErrorKind::invalid, "the configuration handed over is too long");
}

}  // namespace flywall::services
