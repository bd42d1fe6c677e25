#include "daemon/cli/tree.hpp"

#include <algorithm>

namespace flywall::cli {

namespace {

// "table|json|yaml" is three words, "SECONDS" is none.
std::vector<std::string> split_choices(const std::string& text) {
  std::vector<std::string> choices;
  if (text.find('|') == std::string::npos) return choices;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('|', begin), text.size());
    choices.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return choices;
}

CommandOption option_of(const CLI::Option& option) {
  CommandOption result;
  for (const std::string& name : option.get_snames()) result.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) result.names.push_back("--" + name);
  result.text = option.get_description();
  result.choices = split_choices(option.get_option_text());
  if (option.get_items_expected_min() > 0)
    result.value = option.get_option_text().empty() ? "VALUE" : option.get_option_text();
  return result;
}

CommandNode node_of(const CLI::App& app, const std::string& parent) {
  CommandNode node{.path = parent.empty() ? app.get_name() : parent + " " + app.get_name(),
                   .name = app.get_name(),
                   .text = app.get_description()};
  for (const CLI::Option* option : app.get_options()) {
    if (!option->get_positional()) {
      node.options.push_back(option_of(*option));
      continue;
    }
    node.words = split_choices(option->get_option_text());
    node.takes_file = node.words.empty();
  }
  for (const CLI::App* inner : app.get_subcommands([](const CLI::App*) { return true; }))
    node.subcommands.push_back(node_of(*inner, node.path));
  return node;
}

}  // namespace

CommandNode tree_of(const CLI::App& app) { return node_of(app, ""); }

}  // namespace flywall::cli
