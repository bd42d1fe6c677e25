#include "daemon/tasks/ending.hpp"

#include <string_view>

#include "daemon/control/words.hpp"

namespace flywall::tasks {

namespace {

std::string main_clause(const Ending& ending) {
  switch (ending.end) {
    case End::exited:
      return "exit status " + std::to_string(ending.value);
    case End::signalled:
      return "ended by signal " + std::to_string(ending.value);
    case End::too_long:
      return "killed after " + control::in_words(ending.took);
    case End::cancelled:
      return "ended with the service";
    case End::refused:
      return "not run: " + ending.problem;
    case End::broken:
      return ending.problem;
  }
  return "";
}

bool is_blank(char c) { return static_cast<unsigned char>(c) <= ' '; }

}  // namespace

std::string in_words(const Ending& ending) {
  std::string text = main_clause(ending);
  if (ending.left_behind > 0)
    text += ", " + std::to_string(ending.left_behind) +
            (ending.left_behind == 1 ? " process left behind was killed"
                                     : " processes left behind were killed");
  if (ending.unkillable) text += ", one of them cannot be killed";
  return text;
}

std::string last_line(const Ending& ending, std::size_t most) {
  std::string_view text = ending.output;
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  if (const std::size_t end = text.rfind('\n'); end != std::string_view::npos)
    text.remove_prefix(end + 1);
  std::string line(text.substr(0, most));
  for (char& c : line)
    if (is_blank(c) || c == 0x7f) c = ' ';
  return line;
}

}  // namespace flywall::tasks
