#include <algorithm>
#include <functional>

#include "daemon/cli/tree.hpp"

namespace flywall::cli {

namespace {

using Visit = std::function<void(const CommandNode&)>;

void for_each(const CommandNode& node, const Visit& visit) {
  visit(node);
  for (const CommandNode& inner : node.subcommands) for_each(inner, visit);
}

// Of the command and, because they may stand anywhere, of the root.
std::vector<CommandOption> options_at(const CommandNode& root, const CommandNode& node) {
  std::vector<CommandOption> options = node.options;
  if (&node != &root)
    for (const CommandOption& one : root.options)
      if (one.names.back() != "--help" && one.names.back() != "--version") options.push_back(one);
  return options;
}

std::string joined(const std::vector<std::string>& words, const char* between) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : between) + word;
  return text;
}

// In single quotes, for all three shells.
std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

std::string all_paths(const CommandNode& root, const char* between) {
  std::string text;
  for_each(root, [&](const CommandNode& node) {
    if (&node != &root) text += (text.empty() ? "" : between) + quoted(node.path);
  });
  return text;
}

// Calls `visit` once for each option of the tree that needs a value.
void for_each_value(const CommandNode& root,
                    const std::function<void(const CommandOption&)>& visit) {
  std::vector<std::string> seen;
  for_each(root, [&](const CommandNode& node) {
    for (const CommandOption& option : node.options) {
      const std::string names = joined(option.names, "|");
      if (option.value.empty() || std::ranges::find(seen, names) != seen.end()) continue;
      seen.push_back(names);
      visit(option);
    }
  });
}

bool is_path(const CommandOption& option) { return option.names.back() == "--socket"; }

std::string words_of(const CommandNode& root, const CommandNode& node) {
  std::vector<std::string> words = node.words;
  for (const CommandNode& inner : node.subcommands) words.push_back(inner.name);
  for (const CommandOption& option : options_at(root, node))
    words.insert(words.end(), option.names.begin(), option.names.end());
  return joined(words, " ");
}

constexpr const char* kMade = " for flywall, made from its tree of commands by ";

}  // namespace

std::string bash_completion(const CommandNode& root) {
  std::string text = std::string("# Completion") + kMade + "`flywall completion bash`.\n";
  text += R"(_flywall() {
  local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  local chain=flywall words="" files="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$chain ${COMP_WORDS[i]}" in
      )" + all_paths(root, " | \\\n        ") +
          R"()
        chain="$chain ${COMP_WORDS[i]}" ;;
    esac
  done
  COMPREPLY=()
  case "$previous" in
)";
  for_each_value(root, [&](const CommandOption& option) {
    text += "    " + joined(option.names, " | ") + ") ";
    if (!option.choices.empty())
      text += "mapfile -t COMPREPLY < <(compgen -W " + quoted(joined(option.choices, " ")) +
              " -- \"$word\"); ";
    else if (is_path(option))
      text += "mapfile -t COMPREPLY < <(compgen -f -- \"$word\"); ";
    text += "return ;;\n";
  });
  text += "  esac\n  case \"$chain\" in\n";
  for_each(root, [&](const CommandNode& node) {
    text += "    " + quoted(node.path) + ") words=" + quoted(words_of(root, node));
    text += node.takes_file ? " files=yes ;;\n" : " ;;\n";
  });
  return text + R"(  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
  if [[ -n $files && $word != -* ]]; then
    mapfile -t COMPREPLY < <(compgen -f -- "$word")
  fi
}
complete -o filenames -F _flywall flywall
)";
}

std::string zsh_completion(const CommandNode& root) {
  std::string text =
      std::string("#compdef flywall\n# Completion") + kMade + "`flywall completion zsh`.\n";
  text += R"(_flywall() {
  local chain=flywall files= i
  local -a commands options
  for ((i = 2; i < CURRENT; i++)); do
    case "$chain ${words[i]}" in
      ()" +
          all_paths(root, "|\\\n        ") +
          R"()
        chain="$chain ${words[i]}" ;;
    esac
  done
  case "${words[CURRENT-1]}" in
)";
  for_each_value(root, [&](const CommandOption& option) {
    text += "    (" + joined(option.names, "|") + ") ";
    if (!option.choices.empty())
      text += "compadd -- " + joined(option.choices, " ") + "; ";
    else if (is_path(option))
      text += "_files; ";
    text += "return ;;\n";
  });
  text += "  esac\n  case \"$chain\" in\n";
  for_each(root, [&](const CommandNode& node) {
    text += "    (" + quoted(node.path) + ")\n      commands=(";
    for (const CommandNode& inner : node.subcommands)
      text += quoted(inner.name + ":" + inner.text) + " ";
    for (const std::string& word : node.words) text += quoted(word) + " ";
    text += ")\n      options=(";
    for (const CommandOption& option : options_at(root, node))
      for (const std::string& name : option.names) text += quoted(name + ":" + option.text) + " ";
    text += node.takes_file ? ")\n      files=yes ;;\n" : ") ;;\n";
  });
  return text + R"(  esac
  if [[ ${words[CURRENT]} == -* ]]; then
    _describe option options
    return
  fi
  (( ${#commands} )) && _describe command commands
  [[ -n $files ]] && _files
}
if [[ $funcstack[1] == _flywall ]]; then
  _flywall "$@"
elif (( $+functions[compdef] )); then
  compdef _flywall flywall
fi
)";
}

std::string fish_completion(const CommandNode& root) {
  std::string text = std::string("# Completion") + kMade + "`flywall completion fish`.\n";
  text +=
      "function __flywall_at\n  set -l chain flywall\n  set -l words (commandline -opc)\n"
      "  for word in $words[2..-1]\n    if contains -- \"$chain $word\" \\\n        " +
      all_paths(root, " \\\n        ") +
      "\n      set chain \"$chain $word\"\n    end\n  end\n  test \"$chain\" = \"$argv[1]\"\n"
      "end\ncomplete -c flywall -f\n";
  const auto at = [](const CommandNode& node) {
    return "complete -c flywall -n " + quoted("__flywall_at \"" + node.path + "\"");
  };
  const auto option_line = [](const CommandOption& option) {
    std::string line;
    for (const std::string& name : option.names)
      line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
    if (!option.value.empty()) line += is_path(option) ? " -r -F" : " -x";
    if (!option.choices.empty()) line += " -a " + quoted(joined(option.choices, " "));
    return line + " -d " + quoted(option.text) + "\n";
  };
  for (const CommandOption& option : root.options)
    text += "complete -c flywall" + option_line(option);
  for_each(root, [&](const CommandNode& node) {
    for (const CommandNode& inner : node.subcommands)
      text += at(node) + " -a " + inner.name + " -d " + quoted(inner.text) + "\n";
    if (!node.words.empty()) text += at(node) + " -a " + quoted(joined(node.words, " ")) + "\n";
    if (node.takes_file) text += at(node) + " -F\n";
    if (&node == &root) return;
    for (const CommandOption& option : node.options)
      if (option.names.back() != "--help") text += at(node) + option_line(option);
  });
  return text;
}

}  // namespace flywall::cli
