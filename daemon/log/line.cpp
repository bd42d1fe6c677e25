#include <algorithm>
#include <array>
#include <cstdio>

#include "daemon/control/words.hpp"
#include "daemon/log/log.hpp"

namespace flywall::log {

namespace {

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      std::array<char, 8> code{};
      std::snprintf(code.data(), code.size(), "\\u%04x", byte);
      result += code.data();
    } else {
      result += c;
    }
  }
  return result + '"';
}

bool is_plain(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("_-.:/+@%[]").find(c) != std::string_view::npos;
  });
}

std::string as_text(const Line& line) {
  std::string result;
  if (line.wall_ms != 0) result += "time=" + control::iso_time(line.wall_ms) + " ";
  result += "level=" + std::string(config::name(line.level));
  if (!line.process.empty()) result += " process=" + std::string(line.process);
  result += " ha event=" + std::string(line.event);
  for (const auto& [key, value] : line.fields)
    result += " " + std::string(key) + "=" + (is_plain(value) ? value : quoted(value));
  return result;
}

std::string as_json(const Line& line) {
  std::string result = "{";
  if (line.wall_ms != 0) result += "\"time\":" + quoted(control::iso_time(line.wall_ms)) + ",";
  result += "\"level\":" + quoted(config::name(line.level)) +
            ",\"process\":" + quoted(line.process) +
            ",\"module\":\"ha\",\"event\":" + quoted(line.event);
  for (const auto& [key, value] : line.fields) result += "," + quoted(key) + ":" + quoted(value);
  return result + "}";
}

}  // namespace

std::string format_line(const Line& line, config::LogFormat format) {
  return format == config::LogFormat::json ? as_json(line) : as_text(line);
}

}  // namespace flywall::log
