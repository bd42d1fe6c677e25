#include "daemon/cli/tree.hpp"

namespace flywall::cli {

namespace {

// What troff would read as a command or an escape.
std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '\\')
      result += "\\\\";
    else if (c == '-')
      result += "\\-";
    else
      result += c;
  }
  return result.starts_with('.') || result.starts_with('\'') ? "\\&" + result : result;
}

std::string options_text(const std::vector<CommandOption>& options) {
  std::string text;
  for (const CommandOption& option : options) {
    if (option.names.back() == "--help") continue;
    std::string names;
    for (const std::string& name : option.names)
      names += (names.empty() ? "" : ", ") + ("\\fB" + escaped(name) + "\\fR");
    if (!option.value.empty()) names += " \\fI" + escaped(option.value) + "\\fR";
    text += ".TP\n" + names + "\n" + escaped(option.text) + "\n";
  }
  return text;
}

void add_commands(const CommandNode& node, std::string& text) {
  if (!node.subcommands.empty()) {
    for (const CommandNode& inner : node.subcommands) add_commands(inner, text);
    return;
  }
  text += ".SS \"" + escaped(node.path + (node.takes_file ? " FILE" : "")) + "\"\n" +
          escaped(node.text) + "\n" + options_text(node.options);
}

}  // namespace

std::string manual_page(const CommandNode& root) {
  std::string text =
      ".\\\" Made from the tree of commands.\n.TH FLYWALL 1 \"\" \"Flywall HA\" \"\"\n"
      ".SH NAME\nflywall \\- asks and commands flywalld\n"
      ".SH SYNOPSIS\n.B flywall\n[\\fIoptions\\fR] \\fIcommand\\fR ...\n"
      ".SH DESCRIPTION\n" +
      escaped(root.text) + "\n.SH OPTIONS\n" + options_text(root.options) + ".SH COMMANDS\n";
  for (const CommandNode& inner : root.subcommands) add_commands(inner, text);
  text += ".SH EXIT STATUS\n";
  const std::pair<const char*, const char*> codes[] = {{"0", "good"},
                                                       {"1", "failed"},
                                                       {"2", "usage"},
                                                       {"3", "the daemon cannot be reached"},
                                                       {"4", "not permitted"},
                                                       {"5", "refused as unsafe"},
                                                       {"6", "wrong role or state"},
                                                       {"78", "configuration"},
                                                       {"124", "timed out"}};
  for (const auto& [code, meaning] : codes)
    text += std::string(".TP\n") + code + "\n" + meaning + "\n";
  return text +
         ".PP\n\\fBflywall ha check\\fR answers as monitoring plug\\-ins do: 0, 1, 2 or 3.\n";
}

}  // namespace flywall::cli
