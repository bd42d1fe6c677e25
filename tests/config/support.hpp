// What the tests of the configuration share: an environment in memory, golden files.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "daemon/config/read.hpp"

namespace flywall::config {

inline const std::string kFolder = std::string(FLYWALL_SOURCE_DIR) + "/tests/config";
inline const std::string kExamples = std::string(FLYWALL_SOURCE_DIR) + "/hcl-configs/";

inline std::string file_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Three variables, one good key file, one that everybody can read, one empty one, one that is
// forbidden.
inline Environment test_environment() {
  return {.variable = [](std::string_view name) -> std::optional<std::string> {
            if (name == "PRIORITY") return "42";
            if (name == "MODE") return "replica";
            if (name == "BIG_PORT") return "90002";
            if (name == "KEY") return "k3y-from-outside-with-32-bytes-or-more";
            return std::nullopt;
          },
          .file = [](const std::string& path) -> Result<FileContent> {
            if (path == "/key")
              return FileContent{" 0123456789abcdefghijklmnopqrstuvwxyz \n", false};
            if (path.starts_with("/etc/flywall/") && path.find("no-such") == std::string::npos)
              return FileContent{"0123456789abcdefghijklmnopqrstuvwxyz\n", false};
            if (path == "/open") return FileContent{"0123456789abcdefghijklmnopqrstuvwxyz\n", true};
            if (path == "/empty") return FileContent{"\n0123456789\n", false};
            if (path == "/denied")
              return fail(ErrorKind::denied, path + ": cannot read this file: permission denied");
            return fail(ErrorKind::missing, path + ": cannot read this file: no such file");
          },
          .host_name = "host-a"};
}

// The same, but files come from the disk.
inline Environment test_environment_with_files() {
  Environment environment = test_environment();
  environment.file = Environment::of_process().file;
  return environment;
}

inline bool rewriting_golden() { return std::getenv("FLYWALL_REWRITE_GOLDEN") != nullptr; }

// FLYWALL_REWRITE_GOLDEN=1 writes the file instead.
inline void expect_golden(const std::filesystem::path& path, const std::string& text) {
  if (rewriting_golden())
    std::ofstream(path, std::ios::binary) << text;
  else
    EXPECT_EQ(text, file_text(path));
}

}  // namespace flywall::config
