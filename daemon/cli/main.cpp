// `flywall`: the command line. Reads arguments here, does the work in actions.cpp.
#include <CLI/CLI.hpp>
#include <functional>

#include "daemon/cli/actions.hpp"

namespace flywall::cli {

namespace {

void add_settings(CLI::App& app, Settings& settings) {
  app.add_option("--socket", settings.socket, "Unix socket of flywalld")->capture_default_str();
  app.add_option("-o,--output", settings.format, "table, json or yaml")
      ->transform(CLI::CheckedTransformer(std::map<std::string, Format>{
          {"table", Format::table}, {"json", Format::json}, {"yaml", Format::yaml}}));
  app.add_option("--color", settings.color, "auto, always or never")
      ->transform(CLI::CheckedTransformer(std::map<std::string, Color>{
          {"auto", Color::automatic}, {"always", Color::always}, {"never", Color::never}}));
}

int run(int argc, char** argv) {
  Settings settings;
  unsigned limit = 20;
  bool yes = false;
  std::string file;
  std::function<int()> action;
  CLI::App app("High availability for firewalls and routers: asks and commands flywalld.",
               "flywall");
  app.fallthrough()->require_subcommand(1);
  app.set_version_flag("--version", "flywall " FLYWALL_VERSION);
  add_settings(app, settings);

  CLI::App* ha =
      app.add_subcommand("ha", "the pair: who is primary, and why")->require_subcommand(1);
  ha->add_subcommand("status", "what this node is, and why")->callback([&] {
    action = [&] { return show_status(settings); };
  });
  ha->add_subcommand("cluster", "all nodes as this one sees them; exit 6 unless one is primary")
      ->callback([&] { action = [&] { return show_cluster(settings); }; });
  CLI::App* failover =
      ha->add_subcommand("failover", "give the role of primary to the best healthy peer");
  failover->add_flag("--yes", yes, "never ask (a failover to a healthy peer asks nothing anyway)");
  failover->callback([&] { action = [&] { return fail_over(settings); }; });
  CLI::App* history = ha->add_subcommand("history", "what happened, newest first, with reasons");
  history->add_option("-n,--limit", limit, "entries")->check(CLI::Range(1, 1000));
  history->callback([&] { action = [&] { return show_history(settings, limit); }; });

  CLI::App* config = app.add_subcommand("config", "the configuration")->require_subcommand(1);
  CLI::App* check = config->add_subcommand("check", "is this file usable? exit 78 when it is not");
  check->add_option("FILE", file, "configuration file")->required();
  check->callback([&] { action = [&] { return check_config(settings, file); }; });

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitGood : kExitUsage;
  }
  return action();
}

}  // namespace

}  // namespace flywall::cli

int main(int argc, char** argv) {
  try {
    return flywall::cli::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "flywall: %s\n", error.what());
    return flywall::cli::kExitFailed;
  }
}
