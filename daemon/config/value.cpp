#include "daemon/config/value.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace flywall::config {

namespace {

constexpr std::size_t kMaxText = 4096;
constexpr std::size_t kMaxInterfaceName = 15;
constexpr std::size_t kMaxInterfaces = 64;
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
    const bool shown = text.size() <= 64 && !has_control(text);
    return refuse(value, text.empty() ? "empty text" : shown ? "\"" + text + "\"" : "other text");
  }

  std::optional<Checked> flag(const Value& value) const;
  std::optional<Checked> integer(const Value& value) const;
  std::optional<Checked> duration(const Value& value) const;
  std::optional<Checked> secret(const Value& value) const;
  std::optional<Checked> choice(const Value& value) const;
  std::optional<Checked> from_text(const Value& value) const;
  std::optional<Checked> list(const Value& value) const;
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
  if (!number) return wrong_kind(value);
  if (*number != std::floor(*number) || !(*number >= static_cast<double>(type_.min)) ||
      !(*number <= static_cast<double>(type_.max)))
    return refuse(value, "");
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
                                     "\" is not built yet: this version of Flywall knows the word "
                                     "but cannot do it");
    return std::nullopt;
  }
  return wrong_text(value);
}

std::optional<HostPort> Checker::host_port(const std::string& text) const {
  auto parsed = HostPort::parse(text);
  return parsed && is_host(parsed->host) ? parsed : std::nullopt;
}

std::optional<HostPort> Checker::listen(const std::string& text) const {
  if (text.empty() && type_.min == 0) return HostPort{};
  auto parsed = HostPort::parse(text);
  if (!parsed || !parsed->port || (!parsed->host.empty() && !IpAddress::parse(parsed->host)))
    return std::nullopt;
  return parsed;
}

std::optional<Checked> Checker::from_text(const Value& value) const {
  const auto* text = std::get_if<std::string>(&value.content);
  if (!text) return wrong_kind(value);
  const auto accept_if = [&](bool good) -> std::optional<Checked> {
    if (good) return *text;
    return wrong_text(value);
  };
  const auto size = static_cast<std::int64_t>(text->size());
  const bool fits = size >= type_.min && size <= type_.max && !has_control(*text);
  if (type_.kind == Kind::text) return accept_if(fits);
  if (type_.kind == Kind::name) return accept_if(fits && is_name(*text));
  if (type_.kind == Kind::interface) return accept_if(is_interface(*text));
  if (type_.kind == Kind::path)
    return accept_if(text->starts_with('/') && text->size() <= kMaxText && !has_control(*text));
  if (type_.kind == Kind::prefix) {
    if (const auto prefix = Prefix::parse(*text)) return *prefix;
    return wrong_text(value);
  }
  if (auto parsed = type_.kind == Kind::listen ? listen(*text) : host_port(*text)) return *parsed;
  return wrong_text(value);
}

std::optional<Checked> Checker::list(const Value& value) const {
  const auto* list = std::get_if<List>(&value.content);
  if (!list)
    return refuse(
        value, std::string(kind_of(value)) +
                   (std::holds_alternative<std::string>(value.content) ? "; put it in [ ]" : ""));
  const auto size = static_cast<std::int64_t>(list->size());
  if (size < type_.min || (type_.max > 0 && size > type_.max) ||
      list->size() > std::max<std::size_t>(kMaxInterfaces, kMaxPeers + 1))
    return refuse(value, std::to_string(size) + " of them");
  std::vector<std::string> texts;
  std::vector<HostPort> endpoints;
  bool good = true;
  for (const Value& element : *list) {
    if (std::holds_alternative<Broken>(element.content)) {
      good = false;
      continue;
    }
    const auto* text = std::get_if<std::string>(&element.content);
    const auto endpoint = text && type_.kind == Kind::host_ports ? host_port(*text) : std::nullopt;
    const bool fits = text && (type_.kind == Kind::host_ports   ? endpoint.has_value()
                               : type_.kind == Kind::interfaces ? is_interface(*text)
                                                                : is_host(*text));
    if (!text) wrong_kind(element);
    if (text && !fits) wrong_text(element);
    good = good && fits;
    if (fits) texts.push_back(*text);
    if (endpoint) endpoints.push_back(*endpoint);
  }
  if (!good) return std::nullopt;
  if (type_.kind == Kind::host_ports) return endpoints;
  return texts;
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
    case Kind::secret:
      return secret(value);
    case Kind::choice:
      return choice(value);
    case Kind::interfaces:
    case Kind::hosts:
    case Kind::host_ports:
      return list(value);
    case Kind::text:
    case Kind::name:
    case Kind::path:
    case Kind::interface:
    case Kind::host_port:
    case Kind::listen:
    case Kind::prefix:
      return from_text(value);
    case Kind::other:
      return std::nullopt;
  }
  return std::nullopt;
}

std::string choices_text(std::span<const Choice> choices) {
  std::vector<std::string> words;
  for (const Choice& choice : choices)
    if (choice.built) words.push_back("\"" + std::string(choice.word) + "\"");
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i)
    out += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + words[i];
  return out;
}

std::string range_text(std::int64_t min, std::int64_t max) {
  return std::to_string(min) + " to " + std::to_string(max);
}

}  // namespace

std::optional<Checked> check_value(std::string_view what, const Type& type, const Value& value,
                                   Problems& problems) {
  return Checker(what, type, problems).run(value);
}

std::string expectation(const Type& type) {
  switch (type.kind) {
    case Kind::flag:
      return "true or false";
    case Kind::integer:
      return "a whole number from " + range_text(type.min, type.max);
    case Kind::duration:
      return "a duration from " + duration_text(Duration(type.min)) + " to " +
             duration_text(Duration(type.max)) + ", in seconds or as in \"10ms\", \"5s\", \"1h\"";
    case Kind::text:
      return "text of " + range_text(type.min, type.max) + " bytes";
    case Kind::name:
      return "a name of " + range_text(type.min, type.max) +
             " letters, digits, \".\", \"_\" and \"-\"";
    case Kind::path:
      return "an absolute path";
    case Kind::interface:
      return "the name of a network interface (1 to 15 bytes)";
    case Kind::interfaces:
      return "a list of interface names, at most " + std::to_string(kMaxInterfaces);
    case Kind::hosts:
      return "a list of " + range_text(type.min, type.max) +
             " addresses or host names, without ports";
    case Kind::host_port:
      return "an address or host name with a port, as in \"10.0.0.2:9002\" or \"[fd00::2]:9002\"";
    case Kind::host_ports:
      return "a list of at most " + std::to_string(type.max) +
             " addresses or host names with ports, as in [\"10.0.0.2:9001\"]";
    case Kind::listen:
      return "an address of this machine with a port, as in \"10.0.0.1:9001\" or \":9001\"";
    case Kind::prefix:
      return "an address with the length of its network, as in \"10.0.0.100/24\"";
    case Kind::choice:
      return choices_text(type.choices);
    case Kind::secret:
      return "text that is not empty";
    case Kind::other:
      return "anything";
  }
  return {};
}

}  // namespace flywall::config
