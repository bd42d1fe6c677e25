// The running configuration beside its file: who gave each value, and what a reload would change.
// Reads files and the memfd of the parent; decides nothing.
#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "daemon/config/difference.hpp"
#include "daemon/config/read.hpp"
#include "daemon/services/handed_configuration.hpp"

namespace flywall::services {

// What runs, with its origins; what the command line overrode says so.
Result<Handed> running_configuration();

struct FileCheck {
  config::Outcome outcome;              // of the file as it is now
  std::vector<config::Change> changes;  // from what runs to it; empty when it is not usable
};
FileCheck check_file(const Handed& running);

}  // namespace flywall::services
