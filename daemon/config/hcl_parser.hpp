// Tokens into a tree: HCL2's structural grammar by recursive descent.
//
// After an error the rest of the line is skipped, and with it every bracket that was opened on the
// way, so that a broken block header takes its block along and a broken list its other lines.
#pragma once

#include <span>

#include "daemon/config/hcl_lexer.hpp"

namespace flywall::config {

// Precondition: `tokens` ends with an `end` token.
Body parse_tokens(std::span<const Token> tokens, Problems& problems);

}  // namespace flywall::config
