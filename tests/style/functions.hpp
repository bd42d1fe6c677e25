// Finds the functions in C++ source text, well enough for code that clang-format has laid out.
// Knows brackets, not the language: a block is a function when its head ends with a parameter list
// and does not start with a control word.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace flywall::style {

struct Function {
  std::string head;  // the text in front of the opening brace, on one line
  std::size_t first_line;
  std::size_t lines;  // from the head's last line to the closing brace, both included
};

// `code` is what code_of() returns. Lambdas count as functions.
std::vector<Function> functions_in(std::string_view code);

}  // namespace flywall::style
