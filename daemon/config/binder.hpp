// From a syntax tree to a Config: names against the schema, values against their types, then the
// rules that take more than one setting. All problems of a tree are found in one go.
//
// Knows the schema and the tree; knows no file. What stands in files that the configuration names
// (secret_key_file, token_file) is put in by load.cpp between `bind_trees` and the use of the
// Config.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "daemon/config/config.hpp"
#include "daemon/config/tree.hpp"

namespace flywall::config {

// Where a setting or block was written: by "replication.ha.priority",
// "replication.ha.virtual_ip[2].address", "replication".
using Places = std::map<std::string, Place, std::less<>>;

struct Bound {
  Config config;  // good only if no error was reported
  Places places;
  std::set<std::string, std::less<>> from_environment;  // paths whose value has ${env.NAME} in it
  std::map<std::string, std::string, std::less<>> derived;  // paths nobody wrote: from what
  std::vector<std::string> names;                           // of the sources, for messages
  bool parsed = true;                                       // no syntax error
  std::set<std::string, std::less<>> damaged;  // blocks with a name or value that is wrong

  std::optional<Place> place(std::string_view path) const;
  // What is missing directly in this block is really missing: no wrong line could have meant it.
  bool complete(std::string_view block) const { return parsed && !damaged.contains(block); }
  // "in line 7", or "in conf.d/a.hcl:7" when that is another text than `seen_from`.
  std::string where(Place place, Place seen_from) const;
};

// Binds the trees of all files into one Config: blocks that may stand several times are appended,
// others are merged by setting, the same setting twice is an error. `names` are those of the
// sources that the places count; `host_name` is the default of node_id.
Bound bind_trees(std::span<const Body> trees, std::vector<std::string> names,
                 std::string_view host_name, Problems& problems);

// The rules across settings (checks.cpp, check_ha.cpp). Part of `bind_trees`.
void check_rules(const Bound& bound, Problems& problems);

// A warning when `secret` is easily guessed.
// Reports what is no vote key.
void check_vote_key(const Secret& key, Place place, Problems& problems);
void check_secret(std::string_view setting, const Secret& secret, Place place, Problems& problems);

}  // namespace flywall::config
