#include "daemon/config/yaml_values.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <sstream>

#include "daemon/config/utf8.hpp"

namespace flywall::config {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// From yaml-cpp's lines and bytes to our lines and characters, both of which count from 1.
class Lines {
 public:
  Lines(std::string_view text, std::uint32_t source) : text_(text), source_(source) {
    starts_.push_back(text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0);
    for (std::size_t i = 0; i < text.size(); ++i)
      if (text[i] == '\n') starts_.push_back(i + 1);
  }
  Place place(const YAML::Mark& mark, std::size_t length) const {
    if (mark.is_null()) return {{.source = source_}, 0};
    const std::size_t line = std::min(static_cast<std::size_t>(mark.line), starts_.size() - 1);
    const std::string_view before =
        text_.substr(starts_[line], static_cast<std::size_t>(mark.column));
    return {{.source = source_,
             .line = static_cast<std::uint32_t>(line + 1),
             .column = static_cast<std::uint32_t>(characters(before) + 1)},
            static_cast<std::uint32_t>(std::max<std::size_t>(length, 1))};
  }
  // The text from the beginning of the mark's line on, and from the mark itself on.
  std::string_view line_at(const YAML::Mark& mark) const {
    if (mark.is_null()) return {};
    return text_.substr(starts_[std::min(static_cast<std::size_t>(mark.line), starts_.size() - 1)]);
  }
  std::string_view behind(const YAML::Mark& mark) const {
    const std::string_view line = line_at(mark);
    return line.substr(std::min(static_cast<std::size_t>(std::max(mark.column, 0)), line.size()));
  }
  static std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
  }

 private:
  std::string_view text_;
  std::uint32_t source_;
  std::vector<std::size_t> starts_;
};

// Whether text that begins with a quote has the other one: yaml-cpp takes the end of the file for
// it, and half a secret for a whole one.
bool is_closed(std::string_view text) {
  if (!text.starts_with('"') && !text.starts_with('\'')) return true;
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (text[at] == text[0]) return true;
    if (text[0] == '"' && text[at] == '\\') ++at;
  }
  return false;
}

std::size_t nodes_in(const Value& value) {
  std::size_t count = 1;
  if (const auto* list = std::get_if<List>(&value.content))
    for (const Value& each : *list) count += nodes_in(each);
  if (const auto* object = std::get_if<Object>(&value.content))
    for (const Member& each : *object) count += nodes_in(each.value);
  return count;
}

Value::Content plain(const std::string& text) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL")
    return Null{};
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [behind, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc() && behind == end && std::isfinite(number)) return number;
  return text;
}

class Builder : public YAML::EventHandler {
 public:
  Builder(const Lines& lines, const VariableLookup& variable, Problems& problems)
      : lines_(lines), variable_(variable), problems_(problems) {}

  bool stopped() const { return stopped_; }
  bool any_document() const { return documents_ > 0; }
  Value take() { return stopped_ ? Value{} : std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) stop(mark, "a second document (\"---\"): a file holds one");
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(mark, Null{}, 1, anchor, false);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, List{});
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Object{});
  }
  void OnMapEnd() override { close(); }

 private:
  // A list or an object that is not closed yet.
  struct Open {
    Value value;
    YAML::anchor_t anchor = 0;
    bool has_key = false;
    Name key;
    std::vector<Value> merged;  // what stands behind "<<"
  };

  void stop(const YAML::Mark& mark, std::string message) {
    if (!stopped_) problems_.error(lines_.place(mark, 1), std::move(message));
    stopped_ = true;
  }
  bool count(const YAML::Mark& mark, std::size_t nodes) {
    nodes_ += nodes;
    if (nodes_ > kMaxYamlNodes) stop(mark, "too many values: aliases multiply them");
    return !stopped_;
  }
  bool good_tag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!" || tag == "tag:yaml.org,2002:str") return true;
    stop(mark, "tags are not supported");
    return false;
  }
  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            Value::Content content);
  void close();
  void add(const YAML::Mark& mark, Value::Content content, std::size_t length,
           YAML::anchor_t anchor, bool from_environment);
  void put(Value value, YAML::anchor_t anchor);
  void take_key(const Value& value);
  void merge(Open& map);
  std::optional<std::string> replaced(const std::string& text, Place place, bool& any);

  const Lines& lines_;
  const VariableLookup& variable_;
  Problems& problems_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, Value> anchors_;
  Value root_{.content = Null{}, .place = {}};
  std::size_t nodes_ = 0;
  std::size_t documents_ = 0;
  bool stopped_ = false;
};

void Builder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
  if (stopped_) return;
  const auto known = anchors_.find(anchor);
  if (known == anchors_.end()) return stop(mark, "this alias stands inside what it names");
  if (!count(mark, nodes_in(known->second))) return;
  put(known->second, 0);
}

void Builder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       const std::string& value) {
  if (stopped_ || !good_tag(mark, tag)) return;
  const bool quoted = tag != "?" && !tag.empty();
  if (quoted && !is_closed(lines_.behind(mark)))
    return stop(mark, "this text is not closed: the quote at its end is missing");
  const std::size_t length = Lines::characters(value.substr(0, value.find('\n')));
  bool any = false;
  const auto text = replaced(value, lines_.place(mark, length + (quoted ? 2 : 0)), any);
  Value::Content content = Broken{};
  if (text) content = quoted || any ? Value::Content(*text) : plain(*text);
  add(mark, std::move(content), length + (quoted ? 2 : 0), anchor, any);
}

// "${env.NAME}" by its value, "$${" by "${"; nullopt: reported.
std::optional<std::string> Builder::replaced(const std::string& text, Place place, bool& any) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    if (text.compare(at, 3, "$${") == 0) {
      out += "${";
      at += 3;
    } else if (text.compare(at, 2, "${") == 0) {
      const std::size_t end = text.find('}', at);
      std::string name = text.substr(at + 2, std::min(end, text.size()) - at - 2);
      std::erase(name, ' ');
      if (end == std::string::npos || !name.starts_with("env.") || name.size() == 4) {
        problems_.error(place,
                        "only ${env.NAME} is replaced in text; write $${ for a literal \"${\"");
        return std::nullopt;
      }
      const auto value = variable_ ? variable_(name.substr(4)) : std::nullopt;
      if (!value || value->size() > kMaxVariableSize) {
        problems_.error(place, "the environment variable " + name.substr(4) + " is " +
                                   (value ? "too long" : "not set"));
        return std::nullopt;
      }
      out += *value;
      any = true;
      at = end + 1;
    } else {
      out += text[at++];
    }
  }
  return out;
}

void Builder::open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                   Value::Content content) {
  if (stopped_ || !good_tag(mark, tag) || !count(mark, 1)) return;
  if (open_.size() >= kMaxDepth) return stop(mark, "mappings and lists are nested too deeply here");
  Open& added = open_.emplace_back();
  added.value.content = std::move(content);
  added.value.place = lines_.place(mark, 1);
  added.anchor = anchor;
}

void Builder::close() {
  if (stopped_ || open_.empty()) return;
  Open done = std::move(open_.back());
  open_.pop_back();
  merge(done);
  if (!stopped_) put(std::move(done.value), done.anchor);
}

void Builder::add(const YAML::Mark& mark, Value::Content content, std::size_t length,
                  YAML::anchor_t anchor, bool from_environment) {
  if (stopped_ || !count(mark, 1)) return;
  Value value;
  value.content = std::move(content);
  value.place = lines_.place(mark, length);
  value.from_environment = from_environment;
  put(std::move(value), anchor);
}

void Builder::put(Value value, YAML::anchor_t anchor) {
  if (anchor != 0) {
    if (!count({}, nodes_in(value))) return;
    anchors_[anchor] = value;
  }
  if (open_.empty()) {
    root_ = std::move(value);
    return;
  }
  Open& parent = open_.back();
  if (auto* list = std::get_if<List>(&parent.value.content)) {
    list->push_back(std::move(value));
  } else if (!parent.has_key) {
    take_key(value);
  } else {
    parent.has_key = false;
    if (parent.key.text == "<<")
      parent.merged.push_back(std::move(value));
    else if (!parent.key.text.empty())
      std::get<Object>(parent.value.content).push_back({parent.key, std::move(value)});
  }
}

// An unusable key is reported, and its value dropped.
void Builder::take_key(const Value& value) {
  Open& parent = open_.back();
  parent.has_key = true;
  parent.key = {{}, value.place};
  if (std::holds_alternative<Broken>(value.content)) return;
  if (const auto* number = std::get_if<double>(&value.content))
    parent.key.text = number_text(*number);
  else if (const auto* text = std::get_if<std::string>(&value.content); text && !text->empty())
    parent.key.text = *text;
  else
    return problems_.error(value.place,
                           "a name is text, and this is " + std::string(kind_of(value)));
  const auto& members = std::get<Object>(parent.value.content);
  const auto same = [&](const Member& each) { return each.key.text == parent.key.text; };
  if (members.size() >= kMaxYamlNames) {
    problems_.error(value.place,
                    "more than " + std::to_string(kMaxYamlNames) + " names in a mapping");
    stopped_ = true;
    return;
  }
  const auto first = std::ranges::find_if(members, same);
  if (first == members.end()) return;
  problems_.error(value.place, "\"" + parent.key.text +
                                   "\" stands here twice: the first is in line " +
                                   std::to_string(first->key.place.at.line));
  parent.key.text.clear();
}

// What the mapping has itself wins over what is merged in; of several, the first.
void Builder::merge(Open& map) {
  for (Value& value : map.merged) {
    List sources;
    if (auto* list = std::get_if<List>(&value.content))
      sources = std::move(*list);
    else
      sources.push_back(std::move(value));
    for (Value& source : sources) {
      auto* members = std::get_if<Object>(&source.content);
      if (!members) {
        problems_.error(source.place,
                        "\"<<\" merges mappings, and this is " + std::string(kind_of(source)));
        continue;
      }
      auto& own = std::get<Object>(map.value.content);
      for (Member& member : *members) {
        const auto same = [&](const Member& each) { return each.key.text == member.key.text; };
        if (own.size() < kMaxYamlNames && std::ranges::none_of(own, same))
          own.push_back(std::move(member));
      }
    }
  }
}

// yaml-cpp's words say what its scanner missed; these say what a person may have done.
struct Cause {
  std::string_view parser, person;
};
constexpr std::array kCauses{
    Cause{"illegal map value",
          "a second name with \":\" in one place; is the line indented like its neighbours, and is "
          "text with \": \" in it in quotes?"},
    Cause{"end of map not found", "this line is indented like none above it"},
    Cause{"end of sequence not found", "this line is indented like none above it"},
    Cause{"end of sequence flow not found", "a \"]\" is missing"},
    Cause{"end of map flow not found", "a \"}\" is missing"},
};

std::string in_words(const YAML::Exception& problem, const Lines& lines) {
  if (lines.line_at(problem.mark).starts_with('\t'))
    return "the line is indented with a tab; YAML takes blanks only";
  for (const Cause& cause : kCauses)
    if (cause.parser == problem.msg) return std::string(cause.person);
  return problem.msg;
}

}  // namespace

Value parse_yaml_value(std::string_view text, std::uint32_t source, const VariableLookup& variable,
                       Problems& problems) {
  const Lines lines(text, source);
  Builder builder(lines, variable, problems);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    while (!builder.stopped() && parser.HandleNextDocument(builder)) continue;
  } catch (const YAML::Exception& problem) {
    if (!builder.stopped())
      problems.error(lines.place(problem.mark, 1), "this is no YAML: " + in_words(problem, lines));
    return Value{};
  }
  return builder.take();
}

}  // namespace flywall::config
