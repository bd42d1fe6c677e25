// UTF-8, as far as a configuration text needs it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace flywall::config {

struct CodePoint {
  char32_t value = 0;
  std::size_t size = 0;  // bytes, 1..4
};

// The code point at the start of `text`; nullopt when it is empty or not valid UTF-8 (overlong
// forms and surrogates are not).
std::optional<CodePoint> decode_utf8(std::string_view text);

// Precondition: a scalar value (<= 0x10FFFF, no surrogate).
void append_utf8(std::string& out, char32_t value);

constexpr bool is_scalar(std::uint32_t value) {
  return value <= 0x10FFFF && (value < 0xD800 || value > 0xDFFF);
}

// May begin, respectively continue an HCL identifier. Beyond ASCII: every letter, and a few signs
// that Unicode does not call letters but nobody mistakes for punctuation.
bool starts_identifier(char32_t c);
bool continues_identifier(char32_t c);

}  // namespace flywall::config
