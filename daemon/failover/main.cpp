// flywalld: the daemon.
#include <sodium.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string_view>

#include "daemon/config/load.hpp"
#include "daemon/failover/supervisor.hpp"
#include "daemon/processes/messages.hpp"
#include "daemon/services/services.hpp"
#include "daemon/tasks/keeper.hpp"
#include "daemon/witness/provider.hpp"
#include "daemon/witness/vote_server.hpp"

namespace {

using namespace flywall;

// Exit statuses of CONTRACT section 2.
constexpr int kFailed = 1;
constexpr int kUsage = 2;
constexpr int kDenied = 4;
constexpr int kBadConfiguration = 78;

struct Options {
  std::string config_path = "/etc/flywall/flywall.hcl";
  std::string state_dir;
  std::string node_id;
  std::string api_socket;
  bool check = false;
};

void override_with(const Options& options, config::Config& config) {
  if (!options.state_dir.empty()) config.replication.state_dir = options.state_dir;
  if (!options.node_id.empty()) config.replication.node_id = NodeId(options.node_id);
  if (!options.api_socket.empty()) config.api.socket = options.api_socket;
}

config::Outcome read(const Options& options) {
  config::Environment environment = config::Environment::of_process();
  if (!options.node_id.empty()) environment.host_name = options.node_id;
  config::Outcome outcome = config::load(options.config_path, environment);
  if (outcome.config) override_with(options, *outcome.config);
  return outcome;
}

int status_of(const Result<void>& ended) {
  if (ended) return 0;
  std::fprintf(stderr, "flywalld: ha cannot start: %s\n", ended.error().message.c_str());
  return ended.error().kind == ErrorKind::denied ? kDenied : kFailed;
}

// In a process of its own: what asks Redis or etcd leaves nothing behind in this one, which has to
// stay small.
int providers_status(const config::Config& config) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(status_of(witness::check_providers(config.replication)));
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child || !WIFEXITED(status)) return kFailed;
  return WEXITSTATUS(status);
}

int run(const Options& options) {
  const config::Outcome outcome = read(options);
  std::fputs(outcome.render_all().c_str(), stderr);
  if (!outcome.config) return kBadConfiguration;
  if (options.check) {
    std::printf("%s: good\n", options.config_path.c_str());
    return 0;
  }
  if (outcome.config->replication.mode == config::Mode::witness)
    return status_of(witness::serve_votes(*outcome.config, [&options] { return read(options); }));
  const failover::Assignment assignment{.config = *outcome.config,
                                        .config_path = options.config_path,
                                        .config_text = config::bundle(outcome.sources),
                                        .read = [&options] { return read(options); }};
  if (!assignment.config.replication.ha.enabled) {
    std::fprintf(stderr, "%s: replication.ha.enabled is not true: there is nothing to run\n",
                 options.config_path.c_str());
    return kBadConfiguration;
  }
  if (const int status = providers_status(assignment.config); status != 0) return status;
  return status_of(failover::supervise(assignment));
}

}  // namespace

int main(int argc, char** argv) {
  if (tasks::is_keeper(argc, argv)) return tasks::keep(argc, argv);
  if (sodium_init() < 0) return kFailed;
  if (argc == 2 && std::string_view(argv[1]) == processes::kServicesArgument)
    return services::run();
  CLI::App app{"Flywall HA daemon: shares virtual addresses with its peers and takes them over."};
  Options options;
  bool foreground = false;
  app.add_option("--config", options.config_path, "configuration file")->capture_default_str();
  app.add_option("--state-dir", options.state_dir, "overrides replication.state_dir");
  app.add_option("--node-id", options.node_id, "overrides replication.node_id")
      ->check([](const std::string& id) {
        return id.empty() || id.size() > flywall::NodeId::kMaxLength ? "1 to 63 bytes" : "";
      });
  app.add_option("--api-socket", options.api_socket, "overrides api.socket");
  app.add_flag("--check", options.check, "only check the configuration");
  app.add_flag("--foreground", foreground,
               "stay in the foreground (always so; accepted for clarity)");
  app.set_version_flag("--version", FLYWALL_VERSION);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsage;
  }
  return run(options);
}
