// `flywall`: the command line. The tree of commands is in commands.cpp, the work in actions.hpp.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "daemon/cli/commands.hpp"

int main(int argc, char** argv) {
  using namespace flywall::cli;
  Chosen chosen;
  CLI::App app;
  describe_commands(app, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitGood : kExitUsage;
  }
  try {
    return chosen.action();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "flywall: %s\n", error.what());
    return kExitFailed;
  }
}
