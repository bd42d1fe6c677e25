#include "daemon/config/forms.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace flywall::config {

namespace {

std::optional<int> number_in(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.front() == '-')
    return std::nullopt;
  return value;
}

std::string_view cut(std::string_view& text, char at) {
  const std::size_t end = std::min(text.find(at), text.size());
  const std::string_view first = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return first;
}

struct CronField {
  int least, most;
  std::string_view names;  // three letters each
};

std::optional<int> cron_value(std::string_view text, const CronField& field) {
  if (text.empty()) return std::nullopt;
  if (const auto number = number_in(text)) return number;
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  const std::size_t at = lower.size() == 3 ? field.names.find(lower) : std::string_view::npos;
  if (at == std::string_view::npos || at % 3 != 0) return std::nullopt;
  return static_cast<int>(at / 3) + (field.most == 12 ? 1 : 0);
}

// "*", "5", "1-5", each with "/2".
bool is_cron_part(std::string_view text, const CronField& field) {
  const std::size_t slash = text.find('/');
  if (slash != std::string_view::npos) {
    const auto step = number_in(text.substr(std::min(slash + 1, text.size())));
    if (slash + 1 >= text.size() || !step || *step < 1 || *step > field.most) return false;
    text = text.substr(0, slash);
  }
  if (text == "*") return true;
  const std::size_t dash = text.find('-');
  const auto first = cron_value(text.substr(0, dash), field);
  const auto last =
      dash == std::string_view::npos ? first : cron_value(text.substr(dash + 1), field);
  return first && last && *first >= field.least && *last <= field.most && *first <= *last;
}

}  // namespace

bool is_url(std::string_view text, std::span<const std::string_view> schemes) {
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos || text.size() > 2048) return false;
  if (std::ranges::find(schemes, text.substr(0, colon)) == schemes.end()) return false;
  const auto is_bad = [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F; };
  if (std::ranges::any_of(text, is_bad)) return false;
  std::string_view host = text.substr(colon + 3);
  host = host.substr(0, host.find_first_of("/?#"));
  if (const std::size_t at = host.rfind('@'); at != std::string_view::npos)
    host.remove_prefix(at + 1);
  const auto parsed = HostPort::parse(host);
  return parsed && !parsed->host.empty();
}

std::string_view credentials_of(std::string_view url) {
  const std::size_t colon = url.find("://");
  if (colon == std::string_view::npos) return {};
  std::string_view rest = url.substr(colon + 3);
  rest = rest.substr(0, rest.find_first_of("/?#"));
  const std::size_t at = rest.rfind('@');
  return at == std::string_view::npos ? std::string_view() : rest.substr(0, at);
}

bool is_cron(std::string_view text) {
  static constexpr std::array<std::string_view, 7> kWords{
      "@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually"};
  if (std::ranges::find(kWords, text) != kWords.end()) return true;
  static constexpr std::array kFields{CronField{0, 59, ""}, CronField{0, 23, ""},
                                      CronField{1, 31, ""},
                                      CronField{1, 12, "janfebmaraprmayjunjulaugsepoctnovdec"},
                                      CronField{0, 7, "sunmontuewedthufrisat"}};
  for (const CronField& field : kFields) {
    while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
    std::string_view written = text.substr(0, text.find_first_of(" \t"));
    text.remove_prefix(written.size());
    if (written.empty() || written.ends_with(',')) return false;
    while (!written.empty())
      if (!is_cron_part(cut(written, ','), field)) return false;
  }
  return text.find_first_not_of(" \t") == std::string_view::npos;
}

std::optional<std::int64_t> parse_rate(std::string_view text) {
  struct Unit {
    std::string_view name;
    double bytes;
  };
  static constexpr std::array kRateUnits{
      Unit{"", 1},          Unit{"B", 1},      Unit{"kB", 1e3},     Unit{"KB", 1e3},
      Unit{"MB", 1e6},      Unit{"GB", 1e9},   Unit{"KiB", 1024},   Unit{"MiB", 1048576},
      Unit{"GiB", 1 << 30}, Unit{"kbit", 125}, Unit{"Mbit", 125e3}, Unit{"Gbit", 125e6}};
  if (text.ends_with("/s")) text.remove_suffix(2);
  double count = 0;
  const auto [behind, error] =
      std::from_chars(text.data(), text.data() + text.size(), count, std::chars_format::fixed);
  if (error != std::errc() || text.front() == '-') return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(behind - text.data()));
  if (text.starts_with(' ')) text.remove_prefix(1);
  for (const Unit& unit : kRateUnits)
    if (unit.name == text && count * unit.bytes < 1e15)
      return static_cast<std::int64_t>(count * unit.bytes);
  return std::nullopt;
}

std::optional<std::vector<std::string>> split_command(std::string_view text) {
  if (text.find_first_of("\"'`\\$|&;<>()*?[]{}~#!\n\r\t") != std::string_view::npos)
    return std::nullopt;
  std::vector<std::string> words;
  while (!text.empty())
    if (const std::string_view word = cut(text, ' '); !word.empty()) words.emplace_back(word);
  if (words.empty()) return std::nullopt;
  return words;
}

std::optional<Prefix> parse_network(std::string_view text) {
  if (text == "default") text = "0.0.0.0/0";
  const auto parsed = Prefix::parse(text);
  if (!parsed) return std::nullopt;
  for (std::size_t bit = parsed->length; bit < 8 * parsed->address.size(); ++bit)
    if (parsed->address.bytes[bit / 8] >> (7 - bit % 8) & 1) return std::nullopt;
  return parsed;
}

}  // namespace flywall::config
