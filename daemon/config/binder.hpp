// From a syntax tree to a Config: names against the schema, values against their types, then the
// rules that take more than one setting. All problems of a tree are found in one go.
//
// Knows the schema and the tree; knows no file. What stands in files that the configuration names
// (secret_key_file, token_file) is put in by load.cpp between `bind_tree` and the use of the
// Config.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "daemon/config/config.hpp"
#include "daemon/config/tree.hpp"

namespace flywall::config {

// Where a setting or block was written: by "replication.ha.priority",
// "replication.ha.virtual_ip[2].address", "replication".
using Places = std::map<std::string, Place, std::less<>>;

struct Bound {
  Config config;  // good only if no error was reported
  Places places;
  bool complete = true;  // nothing was damaged: what is missing is really missing

  std::optional<Place> place(std::string_view path) const;
};

// `host_name` is the default of node_id.
Bound bind_tree(const Body& tree, std::string_view host_name, Problems& problems);

// The rules across settings (checks.cpp). Part of `bind_tree`.
void check_rules(const Bound& bound, Problems& problems);

// A warning when `secret` is easily guessed.
void check_secret(std::string_view setting, const Secret& secret, Place place, Problems& problems);

}  // namespace flywall::config
