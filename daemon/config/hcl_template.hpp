// The two forms of text in HCL, quoted and heredoc, with their escapes and with ${env.NAME}.
#pragma once

#include <string>

#include "daemon/config/cursor.hpp"
#include "daemon/config/hcl.hpp"

namespace flywall::config {

struct ScannedText {
  std::string text;
  bool broken = false;  // reported; `text` is not what was meant
  bool from_environment = false;
};

// Precondition: the cursor sees '"'. Afterwards it stands behind the closing quote, or, when that
// is missing, before the end of the line.
ScannedText scan_quoted(Cursor& cursor, const VariableLookup& variable, Problems& problems);

// Precondition: the cursor sees "<<" or "<<-" and an identifier. Afterwards it stands behind the
// closing word, before its newline.
ScannedText scan_heredoc(Cursor& cursor, const VariableLookup& variable, Problems& problems);

}  // namespace flywall::config
