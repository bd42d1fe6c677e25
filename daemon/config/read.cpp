#include "daemon/config/read.hpp"

#include <algorithm>

#include "daemon/config/binder.hpp"
#include "daemon/config/hcl.hpp"

namespace flywall::config {

namespace {

// The first line of the file, without blanks at its ends; nullopt: reported.
std::optional<Secret> secret_in_file(const std::string& path, Place place,
                                     const Environment& environment, Problems& problems) {
  const auto content = environment.file(path);
  if (!content) {
    problems.error(place, content.error().message);
    return std::nullopt;
  }
  static constexpr std::string_view kBlanks = " \t\r";
  std::string_view line = std::string_view(content->text).substr(0, content->text.find('\n'));
  line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
  line = line.substr(0, line.find_last_not_of(kBlanks) + 1);
  if (line.empty()) {
    problems.error(place, path + ": the first line is empty; it should hold the secret");
    return std::nullopt;
  }
  if (content->readable_by_all)
    problems.warn(place, path + ": every user of this machine can read it; chmod o-rwx mends that");
  return Secret(std::string(line));
}

void fill_from_files(Bound& bound, const Environment& environment, Problems& problems) {
  Replication& replication = bound.config.replication;
  if (const auto place = bound.place("replication.secret_key_file");
      place && !replication.secret_key_file.empty()) {
    if (auto key = secret_in_file(replication.secret_key_file, *place, environment, problems)) {
      replication.secret_key = std::move(*key);
      check_secret("secret_key_file", replication.secret_key, *place, problems);
    }
  }
  Api& api = bound.config.api;
  if (const auto place = bound.place("api.token_file"); place && !api.token_file.empty())
    api.token = secret_in_file(api.token_file, *place, environment, problems);
}

}  // namespace

Outcome read(std::string name, FileContent content, const Environment& environment) {
  Problems problems;
  const Body tree = parse_hcl(content.text, 0, environment.variable, problems);
  Bound bound = bind_tree(tree, environment.host_name, problems);
  fill_from_files(bound, environment, problems);
  if (const auto key = bound.place("replication.secret_key"); key && content.readable_by_all)
    problems.warn(*key,
                  "every user of this machine can read this file and the secret in it; "
                  "chmod o-rwx mends that");
  Outcome outcome;
  if (!problems.any_error()) outcome.config = std::move(bound.config);
  outcome.diagnostics = problems.take();
  outcome.sources.emplace_back(std::move(name), std::move(content.text));
  return outcome;
}

std::string Outcome::render_all(bool color) const {
  std::string out;
  for (const Diagnostic& diagnostic : diagnostics) out += render(diagnostic, sources, color);
  return out;
}

}  // namespace flywall::config
