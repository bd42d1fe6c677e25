#include "daemon/config/read.hpp"

#include <algorithm>
#include <utility>

#include "daemon/config/binder.hpp"
#include "daemon/config/surroundings.hpp"
#include "daemon/config/yaml.hpp"

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

// A file that must be readable; what is in it matters to others.
void need_file(const Bound& bound, std::string_view path, const std::string& file,
               const Environment& environment, Problems& problems) {
  const auto place = bound.place(path);
  if (!place || file.empty()) return;
  if (const auto content = environment.file(file); !content)
    problems.error(*place, content.error().message);
}

void need_secret(const Bound& bound, std::string_view path, const std::string& file,
                 const Environment& environment, Problems& problems) {
  if (const auto place = bound.place(path); place && !file.empty())
    secret_in_file(file, *place, environment, problems);
}

void fill_vote_key(Bound& bound, std::size_t index, const Environment& environment,
                   Problems& problems) {
  VotedCluster& cluster = bound.config.replication.clusters[index];
  const std::string block = "replication.cluster[" + std::to_string(index) + "].";
  const auto file = bound.place(block + "vote_key_file");
  if (file && !cluster.vote_key_file.empty())
    if (auto key = secret_in_file(cluster.vote_key_file, *file, environment, problems))
      cluster.vote_key = std::move(*key);
  const auto place = file ? file : bound.place(block + "vote_key");
  if (place && !cluster.vote_key.empty()) check_vote_key(cluster.vote_key, *place, problems);
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
  for (std::size_t i = 0; i < replication.clusters.size(); ++i)
    fill_vote_key(bound, i, environment, problems);
  const Ha& ha = replication.ha;
  for (std::size_t i = 0; i < ha.witnesses.size(); ++i)
    need_secret(bound, "replication.ha.witness[" + std::to_string(i) + "].token_file",
                ha.witnesses[i].token_file, environment, problems);
  for (std::size_t i = 0; i < ha.notifications.size(); ++i)
    need_secret(bound, "replication.ha.notify[" + std::to_string(i) + "].secret_file",
                ha.notifications[i].secret_file, environment, problems);
  Api& api = bound.config.api;
  for (const auto& [path, file] :
       {std::pair("api.tls_cert", &api.tls_cert), std::pair("api.tls_key", &api.tls_key),
        std::pair("api.client_ca", &api.client_ca)})
    need_file(bound, path, *file, environment, problems);
  if (const auto place = bound.place("api.token_file"); place && !api.token_file.empty())
    api.token = secret_in_file(api.token_file, *place, environment, problems);
}

Origins origins_of(const Bound& bound) {
  Origins origins;
  for (const auto& [path, from] : bound.derived) origins[path] = {OriginKind::derived, from};
  for (const auto& [path, place] : bound.places) {
    const bool variable = bound.from_environment.contains(path);
    const bool known = place.at.source < bound.names.size();
    origins[path] = {variable ? OriginKind::environment : OriginKind::file,
                     (known ? bound.names[place.at.source] : "configuration") + ":" +
                         std::to_string(place.at.line)};
  }
  return origins;
}

void warn_about_readers(const Bound& bound, const std::vector<Text>& texts, Problems& problems) {
  for (const char* path : {"replication.secret_key", "replication.previous_secret_key"}) {
    const auto key = bound.place(path);
    if (!key || !texts.at(key->at.source).content.readable_by_all) continue;
    problems.warn(*key,
                  "every user of this machine can read this file and the secret in it; "
                  "chmod o-rwx mends that");
    return;
  }
}

// Between the texts of a bundle: no configuration text holds a NUL byte.
constexpr char kSeparator = '\0';

}  // namespace

Outcome read(std::vector<Text> texts, const Environment& environment) {
  Problems problems;
  std::vector<Body> trees;
  std::vector<std::string> names;
  for (const Text& text : texts) {
    const auto source = static_cast<std::uint32_t>(trees.size());
    trees.push_back((is_yaml(text.name) ? parse_yaml : parse_hcl)(text.content.text, source,
                                                                  environment.variable, problems));
    names.push_back(text.name);
  }
  Bound bound = bind_trees(trees, std::move(names), environment.host_name, problems);
  fill_from_files(bound, environment, problems);
  warn_about_readers(bound, texts, problems);
  check_surroundings(bound, environment, problems);
  Outcome outcome;
  outcome.origins = origins_of(bound);
  if (!problems.any_error()) outcome.config = std::move(bound.config);
  outcome.diagnostics = problems.take();
  for (Text& text : texts)
    outcome.sources.emplace_back(std::move(text.name), std::move(text.content.text));
  return outcome;
}

Outcome read(std::string name, FileContent content, const Environment& environment) {
  std::vector<Text> texts;
  texts.push_back({std::move(name), std::move(content)});
  return read(std::move(texts), environment);
}

std::string bundle(const Sources& sources) {
  std::string out;
  for (const Source& source : sources) {
    if (&source != &sources.front()) ((out += kSeparator) += source.name()) += '\n';
    out += source.text();
  }
  return out;
}

std::vector<Text> unbundle(std::string name, std::string_view bundled) {
  std::vector<Text> texts;
  while (true) {
    const std::size_t end = std::min(bundled.find(kSeparator), bundled.size());
    texts.push_back({std::move(name), {std::string(bundled.substr(0, end)), false}});
    if (end == bundled.size()) return texts;
    bundled.remove_prefix(end + 1);
    const std::size_t line = std::min(bundled.find('\n'), bundled.size());
    name = bundled.substr(0, line);
    bundled.remove_prefix(std::min(line + 1, bundled.size()));
  }
}

std::string Outcome::render_all(bool color) const {
  std::string out;
  for (const Diagnostic& diagnostic : diagnostics) out += render(diagnostic, sources, color);
  return out;
}

}  // namespace flywall::config
