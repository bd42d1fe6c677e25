#include "daemon/cli/commands.hpp"

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdio>

#include "daemon/cli/actions.hpp"
#include "daemon/cli/asking.hpp"
#include "daemon/cli/commands_ha.hpp"
#include "daemon/cli/tree.hpp"

namespace flywall::cli {

namespace {

using std::make_shared;

constexpr Duration kWatchPause = 2s;

// What follows --watch, if anything does.
Duration parse_watch(const std::string& text) {
  if (text.empty() || text == "true" || text == "{}") return kWatchPause;
  double seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size() || seconds < 0.05 || seconds > 3600)
    throw CLI::ValidationError("--watch", "\"" + text + "\" is no number of seconds");
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

void add_settings(CLI::App& app, Settings& settings) {
  app.add_option("--socket", settings.socket, "Unix socket of flywalld")->capture_default_str();
  app.add_option("-o,--output", settings.format, "how to print")
      ->transform(CLI::CheckedTransformer(std::map<std::string, Format>{
          {"table", Format::table}, {"json", Format::json}, {"yaml", Format::yaml}}))
      ->option_text("table|json|yaml");
  app.add_option("--color", settings.color, "when to use colours")
      ->transform(CLI::CheckedTransformer(std::map<std::string, Color>{
          {"auto", Color::automatic}, {"always", Color::always}, {"never", Color::never}}))
      ->option_text("auto|always|never");
  app.add_option_function<std::string>(
         "-w,--watch", [&settings](const std::string& text) { settings.watch = parse_watch(text); },
         "print again and again, every 2 or so many seconds")
      ->expected(0, 1)
      ->option_text("[SECONDS]");
  app.add_flag("--yes", settings.yes, "do not ask before what is unsafe");
}

void describe_config(CLI::App& app, Chosen& chosen) {
  CLI::App* config = app.add_subcommand("config", "the configuration")->require_subcommand(1);
  const auto file = make_shared<std::string>();
  CLI::App* check = config->add_subcommand("check", "is this file usable? exit 78 when it is not");
  check->add_option("FILE", *file, "configuration file")->required();
  check->callback([&chosen, file] {
    chosen.action = [&chosen, file] { return check_config(chosen.settings, *file); };
  });
  CLI::App* show = config->add_subcommand(
      "show", "every setting in force with who gave it; of the daemon, or of FILE");
  show->add_option("FILE", *file, "configuration file");
  show->callback([&chosen, file] {
    chosen.action = [&chosen, file] { return show_config(chosen.settings, *file); };
  });
  const auto limit = make_shared<Duration>();
  CLI::App* reload =
      config->add_subcommand("reload", "take the file over as it is now; says what changed");
  add_timeout(*reload, *limit);
  reload->callback([&chosen, limit] {
    chosen.action = [&chosen, limit] { return reload_config(chosen.settings, *limit); };
  });
}

std::string completion_for(const CommandNode& tree, const std::string& shell) {
  if (shell == "bash") return bash_completion(tree);
  return shell == "zsh" ? zsh_completion(tree) : fish_completion(tree);
}

void describe_keygen(CLI::App& app, Chosen& chosen) {
  const auto witness = make_shared<bool>(false);
  const auto file = make_shared<std::string>(kStandardConfiguration);
  CLI::App* keygen = app.add_subcommand("keygen", "a new secret_key of 32 random bytes");
  keygen->add_flag("--witness", *witness,
                   "instead: what a witness is given to vote for the cluster that FILE configures");
  keygen->add_option("FILE", *file, "configuration file")->capture_default_str();
  keygen->callback([&chosen, witness, file] {
    chosen.action = [&chosen, witness, file] {
      return *witness ? show_vote_key(chosen.settings, *file) : make_key(chosen.settings);
    };
  });
}

void describe_tools(CLI::App& app, Chosen& chosen) {
  describe_keygen(app, chosen);
  const auto shell = make_shared<std::string>();
  CLI::App* completion = app.add_subcommand("completion", "completion for a shell, to be sourced");
  completion->add_option("SHELL", *shell, "which shell")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}))
      ->option_text("bash|zsh|fish");
  completion->callback([&app, &chosen, shell] {
    chosen.action = [&app, shell] {
      std::fputs(completion_for(tree_of(app), *shell).c_str(), stdout);
      return kExitGood;
    };
  });
}

void describe_replication(CLI::App& app, Chosen& chosen) {
  CLI::App* replication =
      app.add_subcommand("replication", "what the peers get of this node's state")
          ->require_subcommand(1);
  const std::pair<const char*, const char*> reads[] = {
      {"status", "what is replicated, to whom, and how far it is"},
      {"peers", "the replication addresses of the peers and their connections"},
      {"lag", "how far each peer is behind"},
      {"stats", "bytes, batches and resynchronisations"}};
  for (const auto& [word, text] : reads)
    replication->add_subcommand(word, text)->callback([&chosen, which = std::string(word)] {
      chosen.action = [&chosen, which] {
        return watched(chosen.settings, [&] { return show_replication(chosen.settings, which); });
      };
    });
  replication->add_subcommand("resync", "fetch everything from the primary again")
      ->callback([&chosen] { chosen.action = [&chosen] { return resync(chosen.settings); }; });
}

}  // namespace

void add_timeout(CLI::App& command, Duration& limit) {
  limit = 120s;
  command
      .add_option_function<double>(
          "--timeout",
          [&limit](double seconds) {
            limit = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
          },
          "seconds to wait for the outcome (120)")
      ->check(CLI::Range(0.001, 3600.0))
      ->option_text("SECONDS");
}

void describe_commands(CLI::App& app, Chosen& chosen) {
  app.name("flywall");
  app.description("High availability for firewalls and routers: asks and commands flywalld.");
  app.fallthrough()->require_subcommand(1);
  app.set_version_flag("--version", "flywall " FLYWALL_VERSION);
  add_settings(app, chosen.settings);
  describe_ha(app, chosen);
  describe_config(app, chosen);
  describe_replication(app, chosen);
  describe_tools(app, chosen);
}

}  // namespace flywall::cli
