#include <array>
#include <charconv>

#include "daemon/config/hcl.hpp"
#include "daemon/config/utf8.hpp"

namespace flywall::config {

namespace {

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

std::string unicode_escape(unsigned char c) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  return std::string("\\u00") + kDigits[c >> 4] + kDigits[c & 15];
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const auto byte = static_cast<unsigned char>(c);
    const bool opens_template = (c == '$' || c == '%') && text.substr(i + 1).starts_with('{');
    if (c == '"' || c == '\\')
      (out += '\\') += c;
    else if (c == '\n')
      out += "\\n";
    else if (byte < 0x20 || byte == 0x7F)
      out += unicode_escape(byte);
    else if (opens_template)
      (out += c) += c;
    else
      out += c;
  }
  return out + '"';
}

std::string printed(const Value& value);

std::string printed(const List& list) {
  std::string out = "[";
  for (const Value& value : list) out += (out.size() > 1 ? ", " : "") + printed(value);
  return out + "]";
}

std::string printed(const Object& object) {
  std::string out = "{";
  for (const Member& member : object)
    out += (out.size() > 1 ? ", " : " ") + quoted(member.key.text) + " = " + printed(member.value);
  return out + (object.empty() ? "}" : " }");
}

std::string printed(const Value& value) {
  return std::visit(Overloaded{[](const Broken&) { return std::string("null"); },
                               [](const Null&) { return std::string("null"); },
                               [](bool flag) { return std::string(flag ? "true" : "false"); },
                               [](double number) { return number_text(number); },
                               [](const std::string& text) { return quoted(text); },
                               [](const List& list) { return printed(list); },
                               [](const Object& object) { return printed(object); }},
                    value.content);
}

void print(const Body& body, std::size_t depth, std::string& out) {
  const std::string margin(2 * depth, ' ');
  for (const Attribute& attribute : body.attributes)
    out += margin + attribute.name.text + " = " + printed(attribute.value) + "\n";
  for (const Block& block : body.blocks) {
    out += margin + block.type.text;
    for (const Name& label : block.labels) out += " " + quoted(label.text);
    out += " {\n";
    print(block.body, depth + 1, out);
    out += margin + "}\n";
  }
}

}  // namespace

std::string number_text(double number) {
  std::array<char, 32> room{};
  const auto [end, error] = std::to_chars(room.data(), room.data() + room.size(), number);
  return {room.data(), end};
}

std::string print_value(const Value& value) { return printed(value); }

std::string print_hcl(const Body& body) {
  std::string out;
  print(body, 0, out);
  return out;
}

}  // namespace flywall::config
