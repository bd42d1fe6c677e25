// The tree of commands, and what is written of it: completions that real shells run, and the manual
// page. FLYWALL_REWRITE_GOLDEN=1 renews the files in scripts/.
#include <gtest/gtest.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <sstream>

#include "daemon/cli/commands.hpp"
#include "daemon/cli/tree.hpp"

namespace flywall::cli {
namespace {

const std::string kScripts = std::string(FLYWALL_SOURCE_DIR) + "/scripts/";

class CommandTree : public testing::Test {
 protected:
  CommandTree() {
    describe_commands(app_, chosen_);
    root_ = tree_of(app_);
  }
  int parse(std::vector<std::string> words) {
    std::reverse(words.begin(), words.end());
    try {
      app_.parse(words);
    } catch (const CLI::ParseError&) {
      return kExitUsage;
    }
    return kExitGood;
  }
  CLI::App app_;
  Chosen chosen_;
  CommandNode root_;
};

std::string output_of(const std::string& command) {
  std::string text;
  FILE* pipe = popen(command.c_str(), "r");
  std::array<char, 4096> chunk{};
  while (const std::size_t size = fread(chunk.data(), 1, chunk.size(), pipe))
    text.append(chunk.data(), size);
  pclose(pipe);
  return text;
}

bool has_program(const std::string& name) {
  return std::system(("command -v " + name + " >/dev/null 2>&1").c_str()) == 0;
}

std::string read_file(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// What bash offers after these words, the last one being typed.
std::string bash_offers(const std::string& words) {
  const std::string script =
      "source " + kScripts + "completion/flywall.bash; COMP_WORDS=(" + words +
      "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _flywall; echo \"${COMPREPLY[@]}\"";
  return output_of("bash -c '" + script + "'");
}

// Likewise zsh, with its own functions replaced by ones that print what they get.
std::string zsh_offers(const std::string& words) {
  const std::string script =
      "_describe() { print -r -- ${(P)${@[-1]}%%:*} }; compadd() { shift; print -r -- $@ }; "
      "_files() { print files }; words=(" +
      words + "); CURRENT=${#words}; source " + kScripts + "completion/_flywall; _flywall";
  return output_of("zsh -f -c '" + script + "'");
}

TEST_F(CommandTree, EveryCommandOfTheContractIsThere) {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"ha", "status"},
                                             {"ha", "cluster"},
                                             {"ha", "failover"},
                                             {"ha", "failover", "--to", "fw2", "--yes"},
                                             {"ha", "promote", "--force", "--yes"},
                                             {"ha", "reset"},
                                             {"ha", "failback", "on"},
                                             {"ha", "failback", "off"},
                                             {"ha", "failback", "now"},
                                             {"ha", "history", "--limit", "5", "--kind", "command"},
                                             {"ha", "monitor"},
                                             {"ha", "check"},
                                             {"config", "check", "file"},
                                             {"config", "show"},
                                             {"config", "show", "file"},
                                             {"config", "reload"},
                                             {"replication", "status"},
                                             {"replication", "peers"},
                                             {"replication", "lag"},
                                             {"replication", "resync"},
                                             {"keygen"},
                                             {"completion", "zsh"},
                                             {"-o", "json", "--color", "never", "ha", "status"},
                                             {"ha", "status", "-o", "yaml", "--socket", "/tmp/x"}})
    EXPECT_EQ(parse(words), kExitGood) << words[0] << " " << words.back();
}

TEST_F(CommandTree, WatchTakesSecondsOrNone) {
  EXPECT_EQ(parse({"ha", "status", "--watch"}), kExitGood);
  EXPECT_EQ(chosen_.settings.watch, std::optional<Duration>(2s));
  EXPECT_EQ(parse({"ha", "status", "-w", "0.5"}), kExitGood);
  EXPECT_EQ(chosen_.settings.watch, std::optional<Duration>(500ms));
  EXPECT_EQ(parse({"--watch", "ha", "status"}), kExitGood);
  EXPECT_EQ(parse({"ha", "status", "-w", "often"}), kExitUsage);
}

TEST_F(CommandTree, WrongWordsAreUsage) {
  EXPECT_EQ(parse({"ha"}), kExitUsage);
  EXPECT_EQ(parse({"ha", "failback"}), kExitUsage);
  EXPECT_EQ(parse({"ha", "failback", "perhaps"}), kExitUsage);
  EXPECT_EQ(parse({"completion", "tcsh"}), kExitUsage);
  EXPECT_EQ(parse({"ha", "status", "-o", "xml"}), kExitUsage);
  EXPECT_EQ(parse({"config", "check"}), kExitUsage);
}

TEST_F(CommandTree, TheShippedFilesAreMadeOfIt) {
  const std::pair<std::string, std::string> files[] = {
      {"completion/flywall.bash", bash_completion(root_)},
      {"completion/_flywall", zsh_completion(root_)},
      {"completion/flywall.fish", fish_completion(root_)},
      {"man/flywall.1", manual_page(root_)}};
  for (const auto& [name, text] : files) {
    if (std::getenv("FLYWALL_REWRITE_GOLDEN") != nullptr) std::ofstream(kScripts + name) << text;
    EXPECT_EQ(read_file(kScripts + name), text) << name;
  }
}

TEST_F(CommandTree, BashCompletes) {
  EXPECT_EQ(bash_offers("flywall ha fail"), "failover failback\n");
  EXPECT_EQ(bash_offers("flywall ha failback \"\"").substr(0, 10), "on off now");
  EXPECT_EQ(bash_offers("flywall -o \"\""), "table json yaml\n");
  EXPECT_EQ(bash_offers("flywall ha failover --t"), "--to --timeout\n");
  EXPECT_EQ(bash_offers("flywall ha promote --timeout 5 --fo"), "--force\n");
  EXPECT_EQ(bash_offers("flywall completion z"), "zsh\n");
  EXPECT_EQ(bash_offers("flywall ha status --wat"), "--watch\n");
  EXPECT_EQ(bash_offers("flywall config check " + kScripts + "tes"), kScripts + "test\n");
}

TEST_F(CommandTree, ZshCompletes) {
  if (!has_program("zsh")) GTEST_SKIP() << "zsh is not installed";
  EXPECT_EQ(zsh_offers("flywall ha failback \"\""), "on off now\n");
  EXPECT_EQ(zsh_offers("flywall -o \"\""), "table json yaml\n");
  EXPECT_EQ(zsh_offers("flywall completion \"\""), "bash zsh fish\n");
  EXPECT_NE(zsh_offers("flywall ha promote --f").find("--force"), std::string::npos);
  EXPECT_EQ(zsh_offers("flywall config check \"\""), "files\n");
}

TEST_F(CommandTree, FishCompletes) {
  if (!has_program("fish")) GTEST_SKIP() << "fish is not installed";
  const auto offers = [](const std::string& words) {
    return output_of("fish --no-config -c 'source " + kScripts +
                     "completion/flywall.fish; complete -C \"" + words + "\"'");
  };
  EXPECT_TRUE(offers("flywall ha failb").starts_with("failback\t")) << offers("flywall ha failb");
  EXPECT_NE(offers("flywall ha failback ").find("now\t"), std::string::npos);
  EXPECT_NE(offers("flywall -o ").find("yaml"), std::string::npos);
}

TEST_F(CommandTree, TheManualPageNamesEveryCommand) {
  const std::string page = manual_page(root_);
  const std::function<void(const CommandNode&)> expect = [&](const CommandNode& node) {
    for (const CommandNode& inner : node.subcommands) expect(inner);
    if (!node.subcommands.empty()) return;
    EXPECT_NE(page.find(".SS \"" + node.path), std::string::npos) << node.path;
  };
  expect(root_);
}

}  // namespace
}  // namespace flywall::cli
