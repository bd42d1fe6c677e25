#include "daemon/config/binder.hpp"

#include <algorithm>
#include <array>

#include "daemon/config/schema.hpp"
#include "daemon/config/suggest.hpp"
#include "daemon/config/value.hpp"

namespace flywall::config {

std::string joined(const std::string& path, std::string_view name) {
  return path.empty() ? std::string(name) : path + "." + std::string(name);
}

namespace {

std::string quote(std::string_view text) { return "\"" + std::string(text) + "\""; }

// "replication.ha { … }" for messages; the top level has no name.
std::string where(const std::string& path) {
  return path.empty() ? "the top level of a file" : quote(path);
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

constexpr Type kNodeName{Kind::name, 1, NodeId::kMaxLength};

// Names that other programs' configurations have for ours.
struct Foreign {
  std::string_view block, name, ours;
};
constexpr std::array kForeign{
    Foreign{"replication.ha.witness", "provider", "type"},
    Foreign{"replication.ha.witness", "lock_db_dir", "path"},
    Foreign{"replication.ha.witness", "lease_ms", "lease.ttl"},
    Foreign{"replication.ha", "virtual_router_id", "cluster_id"},
    Foreign{"replication.ha", "advert_int", "heartbeat_interval"},
    Foreign{"replication.ha", "virtual_ipaddress", "virtual_ip"},
    Foreign{"replication.ha", "virtual_routes", "virtual_route"},
    Foreign{"replication.ha", "track_interface", "monitor_links"},
    Foreign{"replication.ha", "track_script", "monitor_script"},
    Foreign{"replication.ha", "notify_master", "post_failover_script"},
    Foreign{"replication.ha", "authentication", "secret_key"},
    Foreign{"replication.ha", "nopreempt", "failback_mode"},
    Foreign{"replication.ha", "preempt_delay", "failback_delay"},
};

std::string_view todays_name(std::string_view block, std::string_view written) {
  for (const Foreign& each : kForeign)
    if (each.block == block && each.name == written) return each.ours;
  return {};
}

// Where the binder is: a section of the schema, and which of its blocks.
struct Spot {
  const Section& section;
  std::string names;      // path without counts, for messages
  std::string path;       // path with counts, for places
  std::size_t index = 0;  // of a block that may stand several times
  bool told = false;      // an enclosing block is not built, and that was said
};

class Binder {
 public:
  Binder(Bound& bound, Problems& problems) : bound_(bound), problems_(problems) {}

  void body(const Body& body, const Spot& spot);
  // What is missing in blocks that stand once; call it after the last tree.
  void finish();

 private:
  struct Opened {
    Spot spot;
    Place end;
    bool damaged = false;
  };

  void attribute(const Attribute& attribute, const Spot& spot);
  void store(const Attribute& attribute, const Setting& setting, const std::string& path,
             const Spot& spot);
  void block(const Block& block, const Spot& spot);
  bool labels_fit(const Block& block, const Section& section);
  void unknown(const Name& name, const Spot& spot, bool is_block);
  void report(State state, std::string_view note, const Name& name);
  void missing(const Opened& opened);
  bool again(const std::string& path, const Name& name);

  Bound& bound_;
  Problems& problems_;
  std::map<std::string, std::size_t> counts_;
  std::set<std::string> misspelt_;        // paths that an unknown name probably meant
  std::map<std::string, Opened> opened_;  // of blocks that stand once, by path
};

void Binder::body(const Body& body, const Spot& spot) {
  if (body.damaged) bound_.parsed = false;
  for (const Attribute& each : body.attributes) attribute(each, spot);
  for (const Block& each : body.blocks) block(each, spot);
  if (spot.section.times == Times::any) {
    if (!body.damaged) missing({spot, body.end, false});
    return;
  }
  Opened& opened = opened_.try_emplace(spot.path, Opened{spot, body.end, false}).first->second;
  opened.damaged = opened.damaged || body.damaged;
}

void Binder::finish() {
  for (const auto& [path, opened] : opened_)
    if (!opened.damaged) missing(opened);
}

// A second one of what may stand once.
bool Binder::again(const std::string& path, const Name& name) {
  const auto [entry, is_new] = bound_.places.emplace(path, name.place);
  if (is_new) return false;
  const std::string first = bound_.where(entry->second, name.place);
  problems_.error(name.place,
                  path == "replication"
                      ? "a file configures one node, and this is its second \"replication\" block "
                        "(the first is " +
                            first + "): give each node a file of its own"
                      : quote(name.text) + " stands here twice: the first is " + first);
  return true;
}

void Binder::report(State state, std::string_view note, const Name& name) {
  const std::string why = note.empty() ? "" : ": " + std::string(note);
  switch (state) {
    case State::built:
      return;
    case State::accepted:
      problems_.warn(name.place, quote(name.text) + " has no effect in this version" + why);
      return;
    case State::refused:
      problems_.error(name.place, quote(name.text) + " is not built yet, and to ignore it would " +
                                      "be dangerous" + why);
      return;
  }
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
  const std::string path = joined(spot.path, name.text);
  if (again(path, name)) return;
  if (std::holds_alternative<Null>(attribute.value.content)) {
    bound_.places.erase(path);  // as if it were not written
    return;
  }
  bound_.places[path] = attribute.value.place;
  store(attribute, *setting, path, spot);
}

bool holds_environment(const Value& value) {
  if (const auto* list = std::get_if<List>(&value.content))
    return std::ranges::any_of(*list, holds_environment);
  return value.from_environment;
}

void Binder::store(const Attribute& attribute, const Setting& setting, const std::string& path,
                   const Spot& spot) {
  if (holds_environment(attribute.value)) bound_.from_environment.insert(path);
  auto value = check_value(attribute.name.text, setting.type, attribute.value, problems_);
  if (!value) {
    bound_.damaged.insert(spot.path);
    return;
  }
  const auto before = setting.access.show(bound_.config, spot.index);
  setting.access.store(bound_.config, spot.index, std::move(*value));
  if (!spot.told && setting.access.show(bound_.config, spot.index) != before)
    report(setting.state, setting.note, attribute.name);
}

bool Binder::labels_fit(const Block& block, const Section& section) {
  const bool wanted = !section.label.empty();
  if (block.labels.size() > (wanted ? 1 : 0)) {
    problems_.error(block.labels[wanted ? 1 : 0].place,
                    quote(section.name) + " takes " + (wanted ? "one label" : "no label"));
    return false;
  }
  if (wanted && !block.labels.empty() && section.label == "node_id") {
    Value label;
    label.content = block.labels.front().text;
    label.place = block.labels.front().place;
    return check_value("the label of \"" + std::string(section.name) + "\"", kNodeName, label,
                       problems_)
        .has_value();
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
  if (!labels_fit(block, *section)) {
    bound_.damaged.insert(spot.path);
    return;
  }
  Spot inner{*section, joined(spot.names, name.text), joined(spot.path, name.text), 0,
             spot.told || section->state != State::built};
  if (section->times == Times::once) {
    const auto known = bound_.places.find(inner.path);
    const bool elsewhere =
        known != bound_.places.end() && known->second.at.source != name.place.at.source;
    if (!elsewhere && again(inner.path, name)) return;
    const Config before = bound_.config;
    body(block.body, inner);
    if (!spot.told && bound_.config != before) report(section->state, section->note, name);
    return;
  }
  const std::size_t count = counts_[inner.path]++;
  inner.path += "[" + std::to_string(count) + "]";
  bound_.places.emplace(inner.path, block.labels.empty() ? name.place : block.labels.front().place);
  inner.index = section->row.count(bound_.config);
  section->row.open(bound_.config, block.labels.empty() ? "" : block.labels.front().text);
  if (!spot.told) report(section->state, section->note, name);
  body(block.body, inner);
}

void Binder::unknown(const Name& name, const Spot& spot, bool is_block) {
  bound_.damaged.insert(spot.path);
  if (problems_.full()) return;
  std::vector<std::string_view> allowed;
  for (const Setting& setting : spot.section.settings) allowed.push_back(setting.name);
  for (const Section& section : spot.section.sections) allowed.push_back(section.name);
  std::string message = std::string(is_block ? "unknown block " : "unknown setting ") +
                        quote(name.text) + " in " + where(spot.names);
  const std::string home = home_of(name.text, schema(), "");
  const bool top = row_named(schema().sections, name.text) != nullptr;
  if (const auto today = todays_name(spot.names, name.text); !today.empty()) {
    message += "; here it is called " + quote(today);
  } else if (const auto meant = nearest(name.text, allowed)) {
    message += "; did you mean " + quote(*meant) + "?";
    misspelt_.insert(joined(spot.path, *meant));
  } else if (top) {
    message += "; it belongs to the top level of the file";
  } else if (!home.empty()) {
    message += "; it belongs into " + quote(home);
  }
  problems_.error(name.place, std::move(message));
}

void Binder::missing(const Opened& opened) {
  const Spot& spot = opened.spot;
  for (const Setting& setting : spot.section.settings) {
    const std::string path = joined(spot.path, setting.name);
    if (!setting.required() || bound_.places.contains(path) || misspelt_.contains(path)) continue;
    const auto block = bound_.places.find(spot.path);
    bound_.damaged.insert(spot.path);
    problems_.error(block == bound_.places.end() ? opened.end : block->second,
                    quote(setting.name) + " is missing in " + where(spot.names) + ": it must be " +
                        expectation(setting.type));
  }
}

// What the short forms leave out.
void complete(Bound& bound, std::string_view host_name) {
  Replication& replication = bound.config.replication;
  if (replication.node_id.empty()) {
    replication.node_id = NodeId(host_name);
    bound.derived["replication.node_id"] = "the host name";
  }
  const auto port = replication.listen_addr.port;
  const auto fill = [](HostPort& address, std::optional<std::uint16_t> standard) {
    if (!address.port) address.port = standard;
  };
  if (replication.primary_addr) fill(*replication.primary_addr, port);
  if (replication.peer_addr) fill(*replication.peer_addr, replication.ha.heartbeat_port);
  for (HostPort& peer : replication.peer_addrs) fill(peer, port);
}

// E6: what nobody wrote. From three nodes on, or with a witness, a majority.
void choose_quorum(Bound& bound) {
  Replication& replication = bound.config.replication;
  if (!replication.ha.enabled || bound.place("replication.ha.quorum")) return;
  const bool many = peers(replication).size() > 1;
  if (!many && replication.ha.witnesses.empty()) return;
  replication.ha.quorum = Quorum::majority;
  bound.derived["replication.ha.quorum"] = many ? "more than two nodes" : "there is a witness";
}

}  // namespace

std::optional<Place> Bound::place(std::string_view path) const {
  const auto found = places.find(path);
  return found == places.end() ? std::nullopt : std::optional(found->second);
}

std::string Bound::where(Place place, Place seen_from) const {
  const std::string line = std::to_string(place.at.line);
  const bool other = place.at.source != seen_from.at.source && place.at.source < names.size();
  return other ? "in " + names[place.at.source] + ":" + line : "in line " + line;
}

Bound bind_trees(std::span<const Body> trees, std::vector<std::string> names,
                 std::string_view host_name, Problems& problems) {
  Bound bound;
  bound.names = std::move(names);
  Binder binder(bound, problems);
  for (const Body& tree : trees) binder.body(tree, {schema(), "", ""});
  binder.finish();
  complete(bound, host_name);
  choose_quorum(bound);
  if (!bound.place("replication") && bound.complete(""))
    problems.error(trees.front().end,
                   "there is no \"replication\" block: it says what this node is");
  check_rules(bound, problems);
  return bound;
}

}  // namespace flywall::config
