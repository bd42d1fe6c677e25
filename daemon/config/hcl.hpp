// HCL2 native *structural* syntax: text into a tree, and a tree into text.
//
// Complete for structure: attributes, blocks with any number of labels (quoted or bare), blocks on
// one line, strings with all escapes, heredocs (<< and <<-), numbers, true, false, null, lists and
// objects with newlines and trailing commas as HCL has them, # and // and /* */ comments. Not a
// part: expressions, that is operators, calls, references, ${…} and %{…}; they are refused by name.
// The one exception, ${env.NAME}, is replaced through a lookup that the caller supplies. Strings
// are kept as written (HCL's reference brings them to Unicode's NFC form; this does not).
//
// Goes on after an error at the next line or behind the damaged block, so that one run reports all.
// Knows no setting (schema.hpp) and no file (load.hpp).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/config/tree.hpp"

namespace flywall::config {

inline constexpr std::size_t kMaxTextSize = 1 << 20;      // bytes of one configuration text
inline constexpr std::size_t kMaxDepth = 32;              // blocks, lists and objects in each other
inline constexpr std::size_t kMaxVariableSize = 1 << 16;  // bytes of one ${env.NAME}

// The value behind ${env.NAME}; nullopt when it is not set.
using VariableLookup = std::function<std::optional<std::string>(std::string_view name)>;

// False, and reported, for a text that is too large, no UTF-8, or holds a NUL byte.
bool is_good_text(std::string_view text, std::uint32_t source, Problems& problems);

// The tree holds what could be read. `source` is the index that positions carry.
Body parse_hcl(std::string_view text, std::uint32_t source, const VariableLookup& variable,
               Problems& problems);

// parse_hcl(print_hcl(tree)) is the tree again, places apart. Precondition: no Broken value; names
// are identifiers; numbers are finite.
std::string print_hcl(const Body& body);

// One value as HCL; a Broken one as null.
std::string print_value(const Value& value);

// The shortest decimal form that reads back as the same number.
std::string number_text(double number);

}  // namespace flywall::config
