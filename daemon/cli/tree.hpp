// The tree of commands as plain values, read from the CLI11 App, and what is written of it:
// completions for three shells and the manual page. So none of them can forget a command.
#pragma once

#include <CLI/App.hpp>
#include <string>
#include <vector>

namespace flywall::cli {

struct CommandOption {
  std::vector<std::string> names;  // "-o", "--output"
  std::string text;
  std::string value;                 // what follows it, as the help says; empty: nothing must
  std::vector<std::string> choices;  // of the value, when it is one of a few words
};

struct CommandNode {
  std::string path;  // "flywall ha status"
  std::string name;  // "status"
  std::string text;
  std::vector<CommandOption> options;  // its own; those of the root go everywhere
  std::vector<std::string> words;      // choices of its positional argument
  bool takes_file = false;             // as its positional argument
  std::vector<CommandNode> subcommands;
};

CommandNode tree_of(const CLI::App& app);

std::string bash_completion(const CommandNode& root);
std::string zsh_completion(const CommandNode& root);
std::string fish_completion(const CommandNode& root);
std::string manual_page(const CommandNode& root);

}  // namespace flywall::cli
