// The table of all keys for docs/configuration.md, written from the schema.
#pragma once

#include <string>

namespace flywall::config {

// Markdown: for each block a heading, what it is, an example and a table; in the table how far each
// setting is built and what a reload makes of a change.
std::string reference();

}  // namespace flywall::config
