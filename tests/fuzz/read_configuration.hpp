// What the targets for HCL and YAML share: any bytes as a configuration.
#pragma once

#include <cstdint>
#include <string>

#include "base/check.hpp"
#include "daemon/config/read.hpp"

// Parse, bind, check and render must end within their limits, and never show a secret that came
// from outside the text. `name` decides the syntax by its ending.
inline void read_configuration(std::string name, const std::uint8_t* bytes, std::size_t size) {
  using namespace flywall;
  const config::Environment environment{
      .variable = [](std::string_view variable) -> std::optional<std::string> {
        if (variable == "KEY") return "OUTSIDE";
        return std::nullopt;
      },
      .file = [](const std::string& path) -> Result<config::FileContent> {
        if (path == "/key") return config::FileContent{"KEYFILE\n", false};
        return fail(ErrorKind::missing, path + ": no such file");
      },
      .host_name = "node"};
  const auto outcome =
      config::read(std::move(name),
                   {std::string(reinterpret_cast<const char*>(bytes), size), false}, environment);
  FLYWALL_CHECK(outcome.config || !outcome.diagnostics.empty());
  FLYWALL_CHECK(outcome.diagnostics.size() <=
                config::Problems::kMaxErrors + config::Problems::kMaxWarnings);
  const std::string shown = outcome.render_all(true);
  for (const char* word : {"OUTSIDE", "KEYFILE"})
    FLYWALL_CHECK(shown.find(word) == std::string::npos ||
                  outcome.sources[0].text().find(word) != std::string::npos);
}
