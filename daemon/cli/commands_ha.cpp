#include "daemon/cli/commands_ha.hpp"

#include <CLI/CLI.hpp>

#include "daemon/cli/actions.hpp"
#include "daemon/cli/asking.hpp"

namespace flywall::cli {

namespace {

using std::make_shared;

struct Described {
  const char* name;
  const char* text;
};

void add_read(CLI::App& parent, Chosen& chosen, const Described& command,
              int (*show)(const Settings&)) {
  parent.add_subcommand(command.name, command.text)->callback([&chosen, show] {
    chosen.action = [&chosen, show] {
      return watched(chosen.settings, [&] { return show(chosen.settings); });
    };
  });
}

void describe_reads(CLI::App& ha, Chosen& chosen) {
  add_read(ha, chosen, {"status", "what this node is, and why"}, show_status);
  add_read(ha, chosen, {"cluster", "all nodes as this one sees them; exit 6 unless one is primary"},
           show_cluster);
  ha.add_subcommand("monitor", "live view on the full screen; q leaves")->callback([&chosen] {
    chosen.action = [&chosen] { return show_monitor(chosen.settings); };
  });
  ha.add_subcommand("check", "for Nagios and its kin: exit 0, 1, 2 or 3 and one line")
      ->callback([&chosen] { chosen.action = [&chosen] { return check(chosen.settings); }; });
  const auto wish = make_shared<HistoryWish>();
  CLI::App* history = ha.add_subcommand("history", "what happened, newest first, with reasons");
  history->add_option("-n,--limit", wish->limit, "entries")->check(CLI::Range(1, 1000));
  history->add_option("-k,--kind", wish->kind, "only these: transition, command, peer_silent, ...");
  history->callback([&chosen, wish] {
    chosen.action = [&chosen, wish] {
      return watched(chosen.settings, [&] { return show_history(chosen.settings, *wish); });
    };
  });
}

void describe_orders(CLI::App& ha, Chosen& chosen) {
  const auto over = make_shared<FailoverWish>();
  CLI::App* failover = ha.add_subcommand("failover", "give the role of primary to a healthy peer");
  failover->add_option("--to", over->to, "node id; without it the best one");
  add_timeout(*failover, over->limit);
  failover->callback([&chosen, over] {
    chosen.action = [&chosen, over] { return fail_over(chosen.settings, *over); };
  });

  const auto up = make_shared<PromoteWish>();
  CLI::App* promotion = ha.add_subcommand("promote", "make this node primary");
  promotion->add_flag("--force", up->force,
                      "also with a fault here, without a majority or the primary's answer");
  CLI::Option* fenced = promotion->add_flag(
      "--fenced", up->fenced, "only once the other node is switched off (fencing.script)");
  promotion
      ->add_flag("--unfenced", up->unfenced, "switch no other node off, even if that is required")
      ->excludes(fenced);
  add_timeout(*promotion, up->limit);
  promotion->callback(
      [&chosen, up] { chosen.action = [&chosen, up] { return promote(chosen.settings, *up); }; });

  const auto anew = make_shared<ResetWish>();
  CLI::App* reset_app = ha.add_subcommand(
      "reset", "forget damping and refusals; without a daemon: remove what a dead one left");
  reset_app->add_option("--config", anew->file, "names the cluster when no daemon runs")
      ->capture_default_str();
  reset_app->add_flag("--keep-fence", anew->keep_fence,
                      "without a daemon: nothing is forwarded until one starts");
  add_timeout(*reset_app, anew->limit);
  reset_app->callback([&chosen, anew] {
    chosen.action = [&chosen, anew] { return reset(chosen.settings, *anew); };
  });

  CLI::App* back =
      ha.add_subcommand("failback", "whether the preferred node takes its role back by itself");
  back->require_subcommand(1);
  const auto limit = make_shared<Duration>();
  const std::pair<const char*, const char*> wishes[] = {
      {"on", "it may"}, {"off", "it may not"}, {"now", "it does so now"}};
  for (const auto& [word, text] : wishes) {
    CLI::App* one = back->add_subcommand(word, text);
    add_timeout(*one, *limit);
    one->callback([&chosen, limit, wish = std::string(word)] {
      chosen.action = [&chosen, limit, wish] { return fail_back(chosen.settings, wish, *limit); };
    });
  }
}

}  // namespace

void describe_ha(CLI::App& app, Chosen& chosen) {
  CLI::App* ha =
      app.add_subcommand("ha", "the pair: who is primary, and why")->require_subcommand(1);
  describe_reads(*ha, chosen);
  describe_orders(*ha, chosen);
}

}  // namespace flywall::cli
