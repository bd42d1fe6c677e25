// From the text of a configuration to a Config, in memory: parse, bind, check, and put in what
// stands in the files that it names. A configuration is one text or several (conf.d), each HCL or,
// by the ending of its name, YAML. Everything the world contributes comes through `Environment`.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "daemon/config/config.hpp"
#include "daemon/config/diagnostic.hpp"

namespace flywall::config {

struct FileContent {
  std::string text;
  bool readable_by_all = false;
};

// What the surroundings of the process contribute to a configuration.
struct Environment {
  // The value behind ${env.NAME}; nullopt when it is not set.
  std::function<std::optional<std::string>(std::string_view name)> variable;
  // The content of a file, or why there is none; the message begins with the path.
  std::function<Result<FileContent>(const std::string& path)> file;
  // The default of node_id: 1..63 bytes, usually the host name.
  std::string host_name;
  // Whether it is there now. What is not gives a warning, for it may appear later. One that is not
  // set asks nothing.
  std::function<bool(const std::string& path)> has_file = {};
  std::function<bool(const std::string& name)> has_interface = {};
  std::function<bool(const IpAddress& address)> has_address = {};
  std::function<bool(const std::string& name)> has_user = {};

  // The real one (load.cpp).
  static Environment of_process();
};

// Who gave a setting its value; `place` is "FILE:LINE" when a file did, and from what it follows
// when it is derived: "the host name".
enum class OriginKind : std::uint8_t { standard, derived, file, environment, command_line };
struct Origin {
  OriginKind kind = OriginKind::standard;
  std::string place = {};
};
// By path: "replication.ha.priority", "replication.ha.virtual_ip[2].address". What has none has
// its default.
using Origins = std::map<std::string, Origin, std::less<>>;
// "path.name", as Origins name a setting.
std::string joined(const std::string& path, std::string_view name);

// What came of reading a configuration. `config` is present if and only if no diagnostic is an
// error; warnings may stand beside it. `sources` are what the positions point into.
struct Outcome {
  std::optional<Config> config;
  std::vector<Diagnostic> diagnostics;  // in the order of the text
  Sources sources;
  Origins origins;

  // Every diagnostic as a person reads it, with source line and caret, secrets masked.
  std::string render_all(bool color = false) const;
};

// One text of a configuration; `name` is what diagnostics call it.
struct Text {
  std::string name;
  FileContent content;
};

// Precondition: at least one. The first is the main file.
Outcome read(std::vector<Text> texts, const Environment& environment);
Outcome read(std::string name, FileContent content, const Environment& environment);

// All texts in one, for whoever hands a configuration to another process, and back. The first
// source goes without its name: `name` is what it is called then. One source is its text as it is.
std::string bundle(const Sources& sources);
std::vector<Text> unbundle(std::string name, std::string_view bundled);

}  // namespace flywall::config
