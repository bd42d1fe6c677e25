// The configuration as it is in force: every setting with its value and who gave it.
//
// Reads the schema's rows; knows no file. Secrets and passwords in addresses are masked.
#pragma once

#include <string>
#include <vector>

#include "daemon/config/read.hpp"

namespace flywall::config {

// HCL that parses again and, secrets apart, gives an equal Config. Behind each value stands its
// origin: "default", "derived (FROM WHAT)", "FILE:LINE", "environment (FILE:LINE)", "command line".
// What is not set is null; what cannot be written in this version stands in a comment.
std::string render_effective(const Config& config, const Origins& origins);

// The same as a list, for other forms of output.
struct EffectiveValue {
  std::string path;    // "replication.ha.virtual_ip[0].address"
  std::string value;   // as in HCL: text in quotes, null
  std::string origin;  // as above
};
std::vector<EffectiveValue> effective_values(const Config& config, const Origins& origins);

// "default", "flywall.hcl:12", …
std::string origin_text(const Origins& origins, std::string_view path);

}  // namespace flywall::config
