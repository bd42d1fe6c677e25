#include "tests/style/source_text.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

namespace flywall::style {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFolders[] = {"base",        "heartbeat", "netlink", "conntrack",
                                         "replication", "daemon",    "scripts", "tests",
                                         "integration", "cmake",     "docs",    ".ci"};

bool is_cpp(const fs::path& path) {
  return path.extension() == ".hpp" || path.extension() == ".cpp";
}

// A corpus holds bytes, not text of ours.
bool is_corpus(const fs::path& path) {
  return std::find(path.begin(), path.end(), "corpus") != path.end();
}

bool is_text_of_ours(const fs::path& path) {
  const auto extension = path.extension();
  return is_cpp(path) || extension == ".sh" || extension == ".md" || extension == ".cmake" ||
         extension == ".hcl" || path.filename() == "CMakeLists.txt" || extension.empty();
}

SourceFile read(const fs::path& root, const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {fs::relative(path, root).generic_string(), {std::istreambuf_iterator<char>(file), {}}};
}

template <typename Wanted>
std::vector<SourceFile> files(Wanted wanted) {
  const fs::path root = FLYWALL_SOURCE_DIR;
  std::vector<SourceFile> result;
  for (const auto folder : kFolders) {
    if (!fs::is_directory(root / folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      if (!entry.is_regular_file() || is_corpus(entry.path()) || !wanted(entry.path())) continue;
      result.push_back(read(root, entry.path()));
    }
  }
  std::ranges::sort(result, {}, &SourceFile::path);
  return result;
}

// Where the comment or literal that starts at `at` ends; `at` itself when none starts there.
std::size_t end_of_opaque(std::string_view text, std::size_t at) {
  const auto behind = [&](std::string_view end, std::size_t from) {
    const std::size_t found = text.find(end, from);
    return found == std::string_view::npos ? text.size() : found + end.size();
  };
  const std::string_view rest = text.substr(at);
  if (rest.starts_with("//")) return std::min(text.find('\n', at), text.size());
  if (rest.starts_with("/*")) return behind("*/", at + 2);
  if (rest.starts_with("R\"")) {
    const std::size_t open = text.find('(', at);
    return behind(")" + std::string(text.substr(at + 2, open - at - 2)) + "\"", open);
  }
  const bool digit_separator = rest[0] == '\'' && at > 0 && std::isalnum(text[at - 1]) != 0;
  if ((rest[0] != '"' && rest[0] != '\'') || digit_separator) return at;
  std::size_t end = at + 1;
  while (end < text.size() && text[end] != rest[0] && text[end] != '\n') {
    end += text[end] == '\\' ? 2 : 1;
  }
  return std::min(end + 1, text.size());
}

}  // namespace

std::vector<SourceFile> cpp_files() { return files(is_cpp); }

std::vector<SourceFile> all_files() { return files(is_text_of_ours); }

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string code_of(std::string_view text) {
  std::string code(text);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = end_of_opaque(text, at);
    for (std::size_t i = at; i < end; ++i) {
      if (code[i] != '\n') code[i] = ' ';
    }
    at = std::max(end, at + 1);
  }
  return code;
}

}  // namespace flywall::style
