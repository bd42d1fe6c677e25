// `flywall config …` and `flywall keygen`.
#include <sodium.h>
#include <unistd.h>

#include <array>
#include <cstdio>

#include "daemon/cli/actions.hpp"
#include "daemon/cli/asking.hpp"
#include "daemon/config/load.hpp"
#include "daemon/control/configuration.hpp"
#include "heartbeat/vote.hpp"

namespace flywall::cli {

namespace {

constexpr std::size_t kKeyBytes = 32;

std::string text_of(const Json& body, const Style&) { return body.value("text", std::string()); }

int show_file(const Settings& settings, const std::string& file) {
  const config::Outcome outcome = config::load(file, config::Environment::of_process());
  std::fputs(outcome.render_all(wants_color(settings, STDERR_FILENO)).c_str(), stderr);
  if (!outcome.config) return kExitConfiguration;
  print(settings,
        Json::parse(control::effective_answer(file, *outcome.config, outcome.origins).body),
        text_of);
  return kExitGood;
}

std::string render_changes(const Json& body, const Style& style) {
  const Json changes = body.value("changes", Json::array());
  if (changes.empty()) return "nothing differs from what runs\n";
  std::string text;
  for (const Json& change : changes) {
    const std::string line = change.value("text", std::string());
    text += (change.value("live", true) ? line : style.warn(line)) + "\n";
  }
  return text;
}

std::string counted(const Json& number, const char* what) {
  return number.dump() + " " + what + (number == 1 ? "" : "s");
}

}  // namespace

int check_config(const Settings& settings, const std::string& file) {
  const config::Outcome outcome = config::load(file, config::Environment::of_process());
  std::fputs(outcome.render_all(wants_color(settings, STDERR_FILENO)).c_str(), stderr);
  std::size_t warnings = 0;
  for (const config::Diagnostic& diagnostic : outcome.diagnostics)
    if (diagnostic.severity == config::Severity::warning) ++warnings;
  const Json result{{"file", file},
                    {"good", outcome.config.has_value()},
                    {"errors", outcome.diagnostics.size() - warnings},
                    {"warnings", warnings}};
  print(settings, result, [](const Json& body, const Style& style) {
    return body["file"].get<std::string>() + ": " +
           (body["good"].get<bool>() ? style.good("good") : style.bad("not usable")) + ", " +
           counted(body["errors"], "error") + ", " + counted(body["warnings"], "warning") + "\n";
  });
  return outcome.config ? kExitGood : kExitConfiguration;
}

int show_config(const Settings& settings, const std::string& file) {
  if (!file.empty()) return show_file(settings, file);
  const auto response = ask(settings.socket, {.method = "GET", .target = "/api/config"});
  if (!response && exit_of(response.error()) == kExitUnreachable) {
    complain(response.error().message + "; this is what " + kStandardConfiguration + " says");
    return show_file(settings, kStandardConfiguration);
  }
  const Reply reply = get(settings, "/api/config");
  if (reply.exit == kExitGood) print(settings, reply.body, text_of);
  return reply.exit;
}

int reload_config(const Settings& settings, Duration limit) {
  const Reply reply = request(
      settings, {.method = "POST", .target = "/api/config/reload", .body = "{}", .limit = limit});
  if (reply.exit == kExitGood) print(settings, reply.body, render_changes);
  return reply.exit;
}

int show_vote_key(const Settings& settings, const std::string& file) {
  const config::Outcome outcome = config::load(file, config::Environment::of_process());
  if (!outcome.config) {
    std::fputs(outcome.render_all(wants_color(settings, STDERR_FILENO)).c_str(), stderr);
    return kExitConfiguration;
  }
  const config::Replication& replication = outcome.config->replication;
  if (replication.secret_key.empty()) {
    complain(file + ": there is no secret_key from which a vote key could be made");
    return kExitConfiguration;
  }
  const auto cluster = cluster_key(replication.secret_key.reveal(), replication.cluster_id);
  if (!cluster) {
    complain(cluster.error().message);
    return kExitFailed;
  }
  const SecretKey key = heartbeat::vote_key(*cluster);
  std::array<char, 2 * SecretKey::kSize + 1> text{};
  sodium_bin2hex(text.data(), text.size(), key.data(), SecretKey::kSize);
  print(settings, {{"cluster_id", replication.cluster_id}, {"vote_key", text.data()}},
        [](const Json& body, const Style&) {
          return "cluster \"" + body["cluster_id"].get<std::string>() + "\" {\n  vote_key = \"" +
                 body["vote_key"].get<std::string>() + "\"\n}\n";
        });
  sodium_memzero(text.data(), text.size());
  return kExitGood;
}

int make_key(const Settings& settings) {
  if (sodium_init() < 0) {
    complain("no random numbers");
    return kExitFailed;
  }
  std::array<unsigned char, kKeyBytes> key{};
  randombytes_buf(key.data(), key.size());
  std::array<char, sodium_base64_ENCODED_LEN(kKeyBytes, sodium_base64_VARIANT_ORIGINAL)> text{};
  sodium_bin2base64(text.data(), text.size(), key.data(), key.size(),
                    sodium_base64_VARIANT_ORIGINAL);
  print(settings, {{"secret_key", text.data()}}, [](const Json& body, const Style&) {
    return body["secret_key"].get<std::string>() + "\n";
  });
  sodium_memzero(key.data(), key.size());
  return kExitGood;
}

}  // namespace flywall::cli
