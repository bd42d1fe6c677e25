// One question to the daemon and what comes of it: an answer as JSON, or a message on stderr and an
// exit code. And one to the person at the terminal.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "base/error.hpp"
#include "daemon/cli/client.hpp"
#include "daemon/cli/settings.hpp"
#include "daemon/cli/style.hpp"

namespace flywall::cli {

using Json = nlohmann::ordered_json;

// Either what the daemon answered, or the exit code after the message was printed.
struct Reply {
  Json body;
  int exit = kExitGood;
};

Reply request(const Settings& settings, const Question& question);
inline Reply get(const Settings& settings, const std::string& target) {
  return request(settings, {.method = "GET", .target = target});
}

// A daemon listens at the socket, whatever it would say.
bool is_reachable(const Settings& settings);

// "flywall: MESSAGE" on stderr.
void complain(const std::string& message);
int exit_of(const Error& error);

using Render = std::function<std::string(const Json& body, const Style& style)>;
// On stdout, in the format of the settings.
void print(const Settings& settings, const Json& body, const Render& render);
bool wants_color(const Settings& settings, int fd);

// True when --yes was given or a person at the terminal says yes to `question`. Without a terminal
// it says on stderr that --yes is needed.
bool is_confirmed(const Settings& settings, const std::string& question);

// Runs `show` once, or with --watch again and again until it is interrupted.
int watched(const Settings& settings, const std::function<int()>& show);

}  // namespace flywall::cli
