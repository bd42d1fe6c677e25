#include "daemon/services/configuration_file.hpp"

#include "daemon/config/load.hpp"
#include "daemon/processes/messages.hpp"

namespace flywall::services {

namespace {

void mark_overridden(Handed& handed, const char* path, bool differs) {
  if (differs) handed.origins[path] = {.kind = config::OriginKind::command_line};
}

// What the command line overrides, a file that says the same as before does not change.
template <class Value>
void keep_override(const Value& running, const Value& written, Value& wanted) {
  if (wanted == written) wanted = running;
}

}  // namespace

Result<Handed> running_configuration() {
  const auto content = read_whole(processes::kConfigDescriptor);
  if (!content) return std::unexpected(content.error());
  auto handed = parse_handed_configuration(*content);
  if (!handed) return handed;
  const config::Config& runs = handed->config;
  const config::Config& written = handed->written;
  mark_overridden(*handed, "replication.state_dir",
                  runs.replication.state_dir != written.replication.state_dir);
  mark_overridden(*handed, "replication.node_id",
                  runs.replication.node_id != written.replication.node_id);
  mark_overridden(*handed, "api.socket", runs.api.socket != written.api.socket);
  return handed;
}

FileCheck check_file(const Handed& running) {
  config::Environment environment = config::Environment::of_process();
  environment.host_name = running.config.replication.node_id.str();
  FileCheck result{.outcome = config::load(running.path, environment), .changes = {}};
  if (!result.outcome.config) return result;
  config::Config wanted = *result.outcome.config;
  const config::Replication& runs = running.config.replication;
  const config::Replication& written = running.written.replication;
  keep_override(runs.state_dir, written.state_dir, wanted.replication.state_dir);
  keep_override(runs.node_id, written.node_id, wanted.replication.node_id);
  keep_override(running.config.api.socket, running.written.api.socket, wanted.api.socket);
  result.changes = config::difference(running.config, wanted);
  return result;
}

}  // namespace flywall::services
