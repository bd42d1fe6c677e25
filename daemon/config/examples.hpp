// How one would write each block: shown in docs/configuration.md.
#pragma once

#include <string_view>

namespace flywall::config {

// HCL, as it stands inside of what encloses the block; empty when there is none. `path` is that of
// the schema: "replication.ha.virtual_ip".
std::string_view example_of(std::string_view path);

}  // namespace flywall::config
