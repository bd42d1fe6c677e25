// YAML's events into one Value: mappings become objects, sequences lists; anchors are followed,
// merge keys merged, variables replaced. Knows no setting.
#pragma once

#include <string_view>

#include "daemon/config/yaml.hpp"

namespace flywall::config {

// Broken when the text is no YAML (reported).
Value parse_yaml_value(std::string_view text, std::uint32_t source, const VariableLookup& variable,
                       Problems& problems);

}  // namespace flywall::config
