// YAML text into the same tree that HCL gives: the schema tells which names are blocks.
//
//   replication:            a mapping below the name of a block is that block
//     mode: primary
//     peer:                 blocks with a label: a mapping of labels
//       router-b: { addresses: [10.0.0.2] }
//     ha:
//       virtual_ip:         blocks without a label: a list, or a mapping when there is one
//         - { address: 10.0.0.100/24, interface: eth1 }
//
// Scalars follow YAML 1.2's core schema; ${env.NAME} is replaced in every one. Anchors, aliases and
// merge keys (<<) work within kMaxYamlNodes, however they multiply. The same key twice, tags other
// than !!str, keys that are no text and a second document are refused.
#pragma once

#include <string_view>

#include "daemon/config/hcl.hpp"

namespace flywall::config {

inline constexpr std::size_t kMaxYamlNodes = 100'000;  // of a text, aliases followed

inline constexpr std::size_t kMaxYamlNames = 1000;  // in one mapping

// True for names that end in .yaml or .yml.
bool is_yaml(std::string_view file_name);

// The tree holds what could be read. `source` is the index that positions carry.
Body parse_yaml(std::string_view text, std::uint32_t source, const VariableLookup& variable,
                Problems& problems);

}  // namespace flywall::config
