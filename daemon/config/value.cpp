#include "daemon/config/value.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "daemon/config/forms.hpp"

namespace flywall::config {

namespace {

constexpr std::size_t kMaxText = 4096;
constexpr std::size_t kMaxInterfaceName = 15;
constexpr std::size_t kMaxHostName = 253;

bool has_control(std::string_view text) {
  return std::ranges::any_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

bool is_name(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  });
}

bool is_host(std::string_view text) {
  return IpAddress::parse(text) || (!text.empty() && text.size() <= kMaxHostName && is_name(text));
}

bool is_interface(std::string_view text) {
  return !text.empty() && text.size() <= kMaxInterfaceName && text != "." && text != ".." &&
         text.find_first_of("/: \t") == std::string_view::npos && !has_control(text);
}

bool is_path(std::string_view text) {
  return text.starts_with('/') && text.size() <= kMaxText && !has_control(text);
}

class Checker {
 public:
  Checker(std::string_view what, const Type& type, Problems& problems)
      : what_(what), type_(type), problems_(problems) {}

  std::optional<Checked> run(const Value& value);

 private:
  std::nullopt_t refuse(const Value& value, const std::string& found) const {
    problems_.error(value.place, std::string(what_) + " must be " + expectation(type_) +
                                     (found.empty() ? "" : "; found " + found));
    return std::nullopt;
  }
  std::nullopt_t wrong_kind(const Value& value) const {
    if (std::holds_alternative<std::string>(value.content)) return wrong_text(value);
    return refuse(value, std::string(kind_of(value)));
  }
  std::nullopt_t wrong_text(const Value& value) const {
    const auto& text = std::get<std::string>(value.content);
    if (value.from_environment) return refuse(value, "another text from the environment");
    if (type_.kind == Kind::url || type_.kind == Kind::web_url) return refuse(value, "other text");
    const bool shown = text.size() <= 64 && !has_control(text);
    return refuse(value, text.empty() ? "empty text" : shown ? "\"" + text + "\"" : "other text");
  }

  std::optional<Checked> flag(const Value& value) const;
  std::optional<Checked> integer(const Value& value) const;
  std::optional<Checked> duration(const Value& value) const;
  std::optional<Checked> secret(const Value& value) const;
  std::optional<Checked> choice(const Value& value) const;
  std::optional<Checked> words(const Value& value) const;
  std::optional<Checked> from_text(const Value& value) const;
  std::optional<Checked> rate(const Value& value) const;
  std::optional<Checked> command(const Value& value) const;
  std::optional<Checked> node_urls(const Value& value) const;
  std::optional<Checked> list(const Value& value) const;
  std::optional<Checked> element(const std::string& text) const;
  std::optional<HostPort> host_port(const std::string& text) const;
  std::optional<HostPort> listen(const std::string& text) const;

  std::string_view what_;
  const Type& type_;
  Problems& problems_;
};

// The number a value holds; text counts when it came from the environment.
std::optional<double> number_in(const Value& value) {
  if (const auto* number = std::get_if<double>(&value.content)) return *number;
  const auto* text = std::get_if<std::string>(&value.content);
  if (!text || !value.from_environment || text->empty()) return std::nullopt;
  double number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
  return number;
}

// A number in quotes.
bool holds_digits(const Value& value) {
  const auto* text = std::get_if<std::string>(&value.content);
  return text && !text->empty() && !value.from_environment &&
         text->find_first_not_of("0123456789") == std::string::npos;
}

std::optional<Checked> Checker::flag(const Value& value) const {
  if (const bool* flag = std::get_if<bool>(&value.content)) return *flag;
  const auto* text = std::get_if<std::string>(&value.content);
  if (text && value.from_environment && (*text == "true" || *text == "false"))
    return *text == "true";
  if (text && (*text == "true" || *text == "false"))
    return refuse(value, "text; leave out the quotes");
  return wrong_kind(value);
}

std::optional<Checked> Checker::integer(const Value& value) const {
  const auto number = number_in(value);
  if (!number && holds_digits(value)) return refuse(value, "text; leave out the quotes");
  if (!number) return wrong_kind(value);
  if (*number != std::floor(*number) || !(*number >= static_cast<double>(type_.min)) ||
      !(*number <= static_cast<double>(type_.max)))
    return refuse(value, value.from_environment ? "another number from the environment" : "");
  return static_cast<std::int64_t>(*number);
}

std::optional<Checked> Checker::duration(const Value& value) const {
  const auto* text = std::get_if<std::string>(&value.content);
  const auto number = number_in(value);
  if (!number && !text) return wrong_kind(value);
  const double nanoseconds = number.value_or(0) * 1e9;
  if (number && !(std::abs(nanoseconds) < 1e18)) return refuse(value, "");
  const auto length = number ? Duration(std::llround(nanoseconds)) : parse_duration(*text);
  if (!length) return wrong_text(value);
  if (length->count() < type_.min || length->count() > type_.max)
    return refuse(value, duration_text(*length));
  return *length;
}

std::optional<Checked> Checker::secret(const Value& value) const {
  const auto* text = std::get_if<std::string>(&value.content);
  if (!text) return wrong_kind(value);
  if (text->empty() || text->size() > kMaxText) return refuse(value, "");
  return Secret(*text);
}

std::optional<Checked> Checker::choice(const Value& value) const {
  const auto* text = std::get_if<std::string>(&value.content);
  if (!text) return wrong_kind(value);
  for (const Choice& candidate : type_.choices) {
    if (candidate.word != *text) continue;
    if (candidate.built) return std::int64_t{candidate.value};
    problems_.error(value.place, std::string(what_) + " = \"" + *text +
                                     "\" is not built yet: " + std::string(candidate.advice));
    return std::nullopt;
  }
  return wrong_text(value);
}

std::optional<Checked> Checker::words(const Value& value) const {
  const auto* list = std::get_if<List>(&value.content);
  if (!list || list->empty()) return wrong_kind(value);
  std::vector<std::string> words;
  for (const Value& each : *list) {
    const auto* text = std::get_if<std::string>(&each.content);
    if (!text) return wrong_kind(each);
    if (std::ranges::find(type_.choices, *text, &Choice::word) == type_.choices.end())
      return wrong_text(each);
    if (std::ranges::find(words, *text) != words.end())
      return refuse(each, "\"" + *text + "\" a second time");
    words.push_back(*text);
  }
  return words;
}

std::optional<HostPort> Checker::host_port(const std::string& text) const {
  auto parsed = HostPort::parse(text);
  const bool has_port = type_.min == 0 || type_.kind != Kind::host_port || (parsed && parsed->port);
  return parsed && is_host(parsed->host) && has_port ? parsed : std::nullopt;
}

std::optional<HostPort> Checker::listen(const std::string& text) const {
  if (text.empty() && type_.min == 0) return HostPort{};
  auto parsed = HostPort::parse(text);
  if (!parsed || !parsed->port || (!parsed->host.empty() && !IpAddress::parse(parsed->host)))
    return std::nullopt;
  return parsed;
}

// The value of a text, or of one element of a list; nullopt: not reported yet.
std::optional<Checked> Checker::element(const std::string& text) const {
  const auto keep_if = [&](bool good) {
    return good ? std::optional<Checked>(text) : std::nullopt;
  };
  const auto take = [](const auto& parsed) {
    return parsed ? std::optional<Checked>(*parsed) : std::nullopt;
  };
  static constexpr std::string_view kWeb[] = {"http", "https"};
  static constexpr std::string_view kLocks[] = {"http", "https", "redis", "rediss"};
  const auto size = static_cast<std::int64_t>(text.size());
  const bool fits = size >= type_.min && size <= type_.max && !has_control(text);
  if (type_.kind == Kind::text || type_.kind == Kind::texts) return keep_if(fits);
  if (type_.kind == Kind::name) return keep_if(fits && is_name(text));
  if (type_.kind == Kind::interface || type_.kind == Kind::interfaces)
    return keep_if(is_interface(text));
  if (type_.kind == Kind::path || type_.kind == Kind::paths) return keep_if(is_path(text));
  if (type_.kind == Kind::prefix) return take(Prefix::parse(text));
  if (type_.kind == Kind::network || type_.kind == Kind::networks) return take(parse_network(text));
  if (type_.kind == Kind::address || type_.kind == Kind::addresses)
    return take(IpAddress::parse(text));
  if (type_.kind == Kind::mac) return take(MacAddress::parse(text));
  if (type_.kind == Kind::url) return keep_if(is_url(text, kLocks));
  if (type_.kind == Kind::web_url || type_.kind == Kind::node_urls)
    return keep_if(is_url(text, kWeb) && credentials_of(text).empty());
  if (type_.kind == Kind::cron) return keep_if(is_cron(text));
  if (type_.kind == Kind::hosts) return keep_if(is_host(text));
  if (type_.kind == Kind::listen) return take(listen(text));
  return take(host_port(text));
}

std::optional<Checked> Checker::from_text(const Value& value) const {
  const auto* text = std::get_if<std::string>(&value.content);
  if (!text) return wrong_kind(value);
  if (auto accepted = element(*text)) return accepted;
  return wrong_text(value);
}

std::optional<Checked> Checker::rate(const Value& value) const {
  const auto* text = std::get_if<std::string>(&value.content);
  const auto number = number_in(value);
  if (!number && !text) return wrong_kind(value);
  if (number && !(std::abs(*number) < 1e15)) return refuse(value, "");
  const auto rate = number ? std::optional(static_cast<std::int64_t>(*number)) : parse_rate(*text);
  if (!rate) return wrong_text(value);
  if (*rate < type_.min || *rate > type_.max) return refuse(value, "");
  return *rate;
}

std::optional<Checked> Checker::command(const Value& value) const {
  std::vector<std::string> words;
  const auto* text = std::get_if<std::string>(&value.content);
  if (text) {
    const auto split = split_command(*text);
    if (!split) return refuse(value, "signs of a shell; write a list");
    words = *split;
  } else if (const auto* list = std::get_if<List>(&value.content)) {
    if (list->empty() || list->size() > kMaxListed) return refuse(value, "");
    for (const Value& each : *list) {
      if (std::holds_alternative<Broken>(each.content)) return std::nullopt;
      const auto* word = std::get_if<std::string>(&each.content);
      if (!word) return wrong_kind(each);
      if (word->size() > kMaxText || has_control(*word)) return refuse(each, "");
      words.push_back(*word);
    }
  } else {
    return wrong_kind(value);
  }
  if (!is_path(words.front())) return refuse(value, "\"" + words.front() + "\" as program");
  return words;
}

std::optional<Checked> Checker::node_urls(const Value& value) const {
  const auto* object = std::get_if<Object>(&value.content);
  if (!object || object->empty() || object->size() > kMaxPeers + 1) return wrong_kind(value);
  std::vector<NodeUrl> urls;
  bool good = true;
  for (const Member& member : *object) {
    const auto* text = std::get_if<std::string>(&member.value.content);
    const std::string& node = member.key.text;
    const bool named = !node.empty() && node.size() <= NodeId::kMaxLength && is_name(node);
    const bool again =
        std::ranges::any_of(urls, [&](const NodeUrl& known) { return known.node.view() == node; });
    if (!named || again)
      problems_.error(member.key.place,
                      "\"" + node + "\" " + (again ? "stands here twice" : "is no node id"));
    else if (!text || !element(*text))
      wrong_kind(member.value);
    else
      urls.push_back({NodeId(node), *text});
    good = good && named && !again && !urls.empty() && urls.back().node.view() == node;
  }
  if (!good) return std::nullopt;
  return urls;
}

template <class Element>
std::vector<Element> unpacked(std::vector<Checked>&& values) {
  std::vector<Element> result;
  for (Checked& value : values) result.push_back(std::get<Element>(std::move(value)));
  return result;
}

std::optional<Checked> Checker::list(const Value& value) const {
  const auto* list = std::get_if<List>(&value.content);
  if (!list)
    return refuse(
        value, std::string(kind_of(value)) +
                   (std::holds_alternative<std::string>(value.content) ? "; put it in [ ]" : ""));
  const auto size = static_cast<std::int64_t>(list->size());
  const bool counted = type_.kind == Kind::hosts || type_.kind == Kind::host_ports;
  if (list->size() > kMaxListed || (counted && (size < type_.min || size > type_.max)))
    return refuse(value, std::to_string(size) + " of them");
  std::vector<Checked> values;
  bool good = true;
  for (const Value& each : *list) {
    const auto* text = std::get_if<std::string>(&each.content);
    const bool broken = std::holds_alternative<Broken>(each.content);
    auto accepted = text ? element(*text) : std::nullopt;
    good = good && accepted;
    if (accepted)
      values.push_back(std::move(*accepted));
    else if (!broken)
      wrong_kind(each);
  }
  if (!good) return std::nullopt;
  if (type_.kind == Kind::host_ports) return unpacked<HostPort>(std::move(values));
  if (type_.kind == Kind::addresses) return unpacked<IpAddress>(std::move(values));
  if (type_.kind == Kind::networks) return unpacked<Prefix>(std::move(values));
  return unpacked<std::string>(std::move(values));
}

std::optional<Checked> Checker::run(const Value& value) {
  if (std::holds_alternative<Broken>(value.content)) return std::nullopt;
  switch (type_.kind) {
    case Kind::flag:
      return flag(value);
    case Kind::integer:
      return integer(value);
    case Kind::duration:
      return duration(value);
    case Kind::rate:
      return rate(value);
    case Kind::secret:
      return secret(value);
    case Kind::choice:
      return choice(value);
    case Kind::words:
      return words(value);
    case Kind::command:
      return command(value);
    case Kind::node_urls:
      return node_urls(value);
    case Kind::texts:
    case Kind::paths:
    case Kind::interfaces:
    case Kind::addresses:
    case Kind::networks:
    case Kind::hosts:
    case Kind::host_ports:
      return list(value);
    case Kind::text:
    case Kind::name:
    case Kind::path:
    case Kind::interface:
    case Kind::address:
    case Kind::host_port:
    case Kind::listen:
    case Kind::prefix:
    case Kind::network:
    case Kind::mac:
    case Kind::url:
    case Kind::web_url:
    case Kind::cron:
      return from_text(value);
  }
  return std::nullopt;
}

}  // namespace

std::optional<Checked> check_value(std::string_view what, const Type& type, const Value& value,
                                   Problems& problems) {
  return Checker(what, type, problems).run(value);
}

}  // namespace flywall::config
