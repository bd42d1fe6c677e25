// The table of all keys for docs/configuration.md, written from the schema.
#pragma once

#include <string>

namespace flywall::config {

// Markdown: one heading and one table for each block that can be configured, and the list of the
// names that are known but not built yet.
std::string reference();

}  // namespace flywall::config
