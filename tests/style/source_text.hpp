// The project's source files as text: which there are, their lines, and the code without comments
// and literals. Decides what counts as source; knows no rule.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace flywall::style {

struct SourceFile {
  std::string path;  // relative to the root of the project, with '/'
  std::string text;
};

// Every C++ file of the project (".hpp", ".cpp"), in the order of their paths.
std::vector<SourceFile> cpp_files();

// Those and scripts, CMake files and documents: every text a person of the project wrote.
std::vector<SourceFile> all_files();

std::vector<std::string_view> lines_of(std::string_view text);

// The text with comments, string and character literals replaced by blanks; lines stay lines.
std::string code_of(std::string_view text);

}  // namespace flywall::style
