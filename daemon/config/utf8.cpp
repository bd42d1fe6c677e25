#include "daemon/config/utf8.hpp"

#include <algorithm>
#include <array>

namespace flywall::config {

namespace {

struct Range {
  char32_t first, last;
};

// Spaces, punctuation, symbols, private use: what no identifier holds.
constexpr std::array<Range, 10> kNotLetters{{{0x80, 0xA9},
                                             {0xAB, 0xB4},
                                             {0xB6, 0xB9},
                                             {0xBB, 0xBF},
                                             {0xD7, 0xD7},
                                             {0xF7, 0xF7},
                                             {0x2000, 0x2BFF},
                                             {0x3000, 0x3004},
                                             {0xD800, 0xF8FF},
                                             {0xFE00, 0x10FFFF}}};

constexpr bool ascii_letter(char32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

}  // namespace

std::optional<CodePoint> decode_utf8(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = byte(0);
  if (lead < 0x80) return CodePoint{lead, 1};
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return std::nullopt;
  std::uint32_t value = lead & (0xFFu >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return std::nullopt;
    value = value << 6 | (byte(i) & 0x3Fu);
  }
  constexpr std::array<std::uint32_t, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
  if (value < kSmallest[size] || !is_scalar(value)) return std::nullopt;
  return CodePoint{static_cast<char32_t>(value), size};
}

void append_utf8(std::string& out, char32_t c) {
  const auto value = static_cast<std::uint32_t>(c);
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (value < 0x80) {
    put(value);
  } else if (value < 0x800) {
    put(0xC0 | value >> 6);
    put(0x80 | (value & 0x3F));
  } else if (value < 0x10000) {
    put(0xE0 | value >> 12);
    put(0x80 | (value >> 6 & 0x3F));
    put(0x80 | (value & 0x3F));
  } else {
    put(0xF0 | value >> 18);
    put(0x80 | (value >> 12 & 0x3F));
    put(0x80 | (value >> 6 & 0x3F));
    put(0x80 | (value & 0x3F));
  }
}

bool starts_identifier(char32_t c) {
  if (c < 0x80) return ascii_letter(c);
  return std::ranges::none_of(kNotLetters,
                              [c](const Range& r) { return c >= r.first && c <= r.last; });
}

bool continues_identifier(char32_t c) {
  return starts_identifier(c) || (c >= '0' && c <= '9') || c == '-';
}

}  // namespace flywall::config
