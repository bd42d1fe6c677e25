// The syntax tree that every front end (HCL, later YAML) fills and the binder reads.
//
// Knows names, values and places; knows no setting. A `Broken` value stands where a front end
// reported an error and went on: the name is there, so nobody complains that it is missing, but it
// has no value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "daemon/config/diagnostic.hpp"

namespace flywall::config {

struct Value;
struct Member;

struct Broken {
  bool operator==(const Broken&) const = default;
};
struct Null {
  bool operator==(const Null&) const = default;
};
using List = std::vector<Value>;
using Object = std::vector<Member>;

struct Value {
  using Content = std::variant<Broken, Null, bool, double, std::string, List, Object>;

  Content content;
  Place place;
  // Holds text that came from the environment, which knows only text: "50" may be a number then.
  bool from_environment = false;
};

struct Name {
  std::string text;
  Place place;
};

// One `key = value` of an object.
struct Member {
  Name key;
  Value value;
};

struct Attribute {
  Name name;
  Value value;
};

struct Block;

struct Body {
  std::vector<Attribute> attributes;
  std::vector<Block> blocks;
  Place end;             // where the closing brace, or the end of the file, is
  bool damaged = false;  // something in it could not be read: what seems missing may be there
};

struct Block {
  Name type;
  std::vector<Name> labels;
  Body body;
};

// "a number", "text", "a list", … for messages.
std::string_view kind_of(const Value& value);

}  // namespace flywall::config
