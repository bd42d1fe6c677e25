#include "daemon/config/binder.hpp"

#include <set>

#include "daemon/config/schema.hpp"
#include "daemon/config/suggest.hpp"
#include "daemon/config/value.hpp"

namespace flywall::config {

namespace {

std::string quote(std::string_view text) { return "\"" + std::string(text) + "\""; }

// "replication.ha { … }" for messages; the top level has no name.
std::string where(const std::string& path) {
  return path.empty() ? "the top level of a file" : quote(path);
}

std::string joined(const std::string& path, std::string_view name) {
  return path.empty() ? std::string(name) : path + "." + std::string(name);
}

template <class Row>
const Row* row_named(std::span<const Row> rows, std::string_view name) {
  for (const Row& row : rows)
    if (row.name == name) return &row;
  return nullptr;
}

// The path of the one section of the schema that allows `name`; empty when there is none or more.
std::string home_of(std::string_view name, const Section& section, const std::string& path) {
  std::string found;
  if (row_named(section.settings, name) || row_named(section.sections, name)) found = path;
  for (const Section& inner : section.sections) {
    const std::string home = home_of(name, inner, joined(path, inner.name));
    if (found.empty()) found = home;
  }
  return found;
}

class Binder {
 public:
  Binder(Bound& bound, Problems& problems) : bound_(bound), problems_(problems) {}

  // `names` is the path without counts, for messages; `path` the one with counts, for places.
  void body(const Body& body, const Section& section, const std::string& names,
            const std::string& path);

 private:
  struct Spot {
    const Section& section;
    std::string names, path;
  };

  void attribute(const Attribute& attribute, const Spot& spot);
  void block(const Block& block, const Spot& spot);
  bool labels_fit(const Block& block, const Section& section);
  void unknown(const Name& name, const Spot& spot, bool is_block);
  void not_built(const Name& name, bool is_block);
  void missing(const Body& body, const Spot& spot, const std::string& prefix);
  bool again(const std::string& path, const Name& name);

  Bound& bound_;
  Problems& problems_;
  std::map<std::string, std::size_t> counts_;
  std::set<std::string> misspelt_;  // paths that an unknown name probably meant
};

void Binder::body(const Body& body, const Section& section, const std::string& names,
                  const std::string& path) {
  if (body.damaged) bound_.complete = false;
  const Spot spot{section, names, path};
  for (const Attribute& each : body.attributes) attribute(each, spot);
  for (const Block& each : body.blocks) block(each, spot);
  if (!body.damaged) missing(body, spot, path);
}

// A second one of what may stand once.
bool Binder::again(const std::string& path, const Name& name) {
  const auto [entry, is_new] = bound_.places.emplace(path, name.place);
  if (is_new) return false;
  const std::string line = std::to_string(entry->second.at.line);
  problems_.error(name.place,
                  path == "replication"
                      ? "a file configures one node, and this is its second \"replication\" block "
                        "(the first is in line " +
                            line + "): give each node a file of its own"
                      : quote(name.text) + " stands here twice: the first is in line " + line);
  return true;
}

void Binder::not_built(const Name& name, bool is_block) {
  problems_.error(name.place, quote(name.text) +
                                  " is not built yet: this version of Flywall knows the " +
                                  (is_block ? "block" : "setting") + " but does nothing with it");
}

void Binder::attribute(const Attribute& attribute, const Spot& spot) {
  const Name& name = attribute.name;
  const Setting* setting = row_named(spot.section.settings, name.text);
  if (!setting && row_named(spot.section.sections, name.text)) {
    problems_.error(name.place,
                    quote(name.text) + " is a block: write " + name.text + " { … } without \"=\"");
    return;
  }
  if (!setting) return unknown(name, spot, false);
  if (!setting->built()) return not_built(name, false);
  const std::string path = joined(spot.path, name.text);
  if (again(path, name)) return;
  if (std::holds_alternative<Null>(attribute.value.content)) {
    bound_.places.erase(path);  // as if it were not written
    return;
  }
  bound_.places[path] = attribute.value.place;
  if (auto value = check_value(name.text, setting->type, attribute.value, problems_))
    setting->store(bound_.config, std::move(*value));
  else
    bound_.complete = false;
}

bool Binder::labels_fit(const Block& block, const Section& section) {
  const bool wanted = !section.label.empty();
  if (block.labels.size() > (wanted ? 1 : 0)) {
    problems_.error(block.labels[wanted ? 1 : 0].place,
                    quote(section.name) + " takes " + (wanted ? "one label" : "no label"));
    return false;
  }
  if (!wanted || block.labels.size() == 1) return true;
  problems_.error(block.type.place, quote(section.name) +
                                        " needs a label: " + std::string(section.name) + " \"" +
                                        std::string(section.label) + "\" { … }");
  return false;
}

void Binder::block(const Block& block, const Spot& spot) {
  const Name& name = block.type;
  const Section* section = row_named(spot.section.sections, name.text);
  if (!section && row_named(spot.section.settings, name.text)) {
    problems_.error(name.place,
                    quote(name.text) + " is a setting: write " + name.text + " = … without braces");
    return;
  }
  if (!section) return unknown(name, spot, true);
  if (!section->built()) return not_built(name, true);
  if (!labels_fit(block, *section)) {
    bound_.complete = false;
    return;
  }
  std::string path = joined(spot.path, name.text);
  if (section->times == Times::once) {
    if (again(path, name)) return;
  } else {
    path += "[" + std::to_string(counts_[path]++) + "]";
    bound_.places.emplace(path, block.labels.empty() ? name.place : block.labels.front().place);
  }
  section->open(bound_.config, block.labels.empty() ? "" : block.labels.front().text);
  body(block.body, *section, joined(spot.names, name.text), path);
}

void Binder::unknown(const Name& name, const Spot& spot, bool is_block) {
  bound_.complete = false;
  if (problems_.full()) return;
  std::vector<std::string_view> allowed;
  for (const Setting& setting : spot.section.settings) allowed.push_back(setting.name);
  for (const Section& section : spot.section.sections) allowed.push_back(section.name);
  std::string message = std::string(is_block ? "unknown block " : "unknown setting ") +
                        quote(name.text) + " in " + where(spot.names);
  const std::string home = home_of(name.text, schema(), "");
  const bool top = row_named(schema().sections, name.text) != nullptr;
  if (const auto meant = nearest(name.text, allowed)) {
    message += "; did you mean " + quote(*meant) + "?";
    misspelt_.insert(joined(spot.path, *meant));
  } else if (top) {
    message += "; it belongs to the top level of the file";
  } else if (!home.empty()) {
    message += "; it belongs into " + quote(home);
  }
  problems_.error(name.place, std::move(message));
}

void Binder::missing(const Body& body, const Spot& spot, const std::string& prefix) {
  for (const Setting& setting : spot.section.settings) {
    const std::string path = joined(prefix, setting.name);
    if (!setting.required() || bound_.places.contains(path) || misspelt_.contains(path)) continue;
    const auto opened = bound_.places.find(prefix);
    bound_.complete = false;
    problems_.error(opened == bound_.places.end() ? body.end : opened->second,
                    quote(setting.name) + " is missing in " + where(spot.names) + ": it must be " +
                        expectation(setting.type));
  }
}

// What the short forms leave out.
void complete(Config& config, std::string_view host_name) {
  Replication& replication = config.replication;
  if (replication.node_id.empty()) replication.node_id = NodeId(host_name);
  const auto port = replication.listen_addr.port;
  const auto fill = [](HostPort& address, std::optional<std::uint16_t> standard) {
    if (!address.port) address.port = standard;
  };
  if (replication.primary_addr) fill(*replication.primary_addr, port);
  if (replication.peer_addr) fill(*replication.peer_addr, replication.ha.heartbeat_port);
  for (HostPort& peer : replication.peer_addrs) fill(peer, port);
}

}  // namespace

std::optional<Place> Bound::place(std::string_view path) const {
  const auto found = places.find(path);
  return found == places.end() ? std::nullopt : std::optional(found->second);
}

Bound bind_tree(const Body& tree, std::string_view host_name, Problems& problems) {
  Bound bound;
  Binder(bound, problems).body(tree, schema(), "", "");
  complete(bound.config, host_name);
  if (!bound.place("replication") && bound.complete)
    problems.error(tree.end, "there is no \"replication\" block: it says what this node is");
  check_rules(bound, problems);
  return bound;
}

}  // namespace flywall::config
