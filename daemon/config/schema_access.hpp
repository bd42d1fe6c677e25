// How the rows of the schema reach the Config: one template for each direction, and short words for
// the types that stand in many rows. Included by schema.cpp and the tables that it is made of.
#pragma once

#include <type_traits>
#include <utility>

#include "daemon/config/schema.hpp"

namespace flywall::config {

template <class Field>
void assign(Field& field, Checked&& value) {
  if constexpr (std::is_same_v<Field, bool>)
    field = std::get<bool>(value);
  else if constexpr (std::is_enum_v<Field> || std::is_integral_v<Field>)
    field = static_cast<Field>(std::get<std::int64_t>(value));
  else if constexpr (std::is_same_v<Field, NodeId>)
    field = NodeId(std::get<std::string>(value));
  else
    field = std::get<Field>(std::move(value));
}

template <class Field>
void assign(std::optional<Field>& field, Checked&& value) {
  assign(field.emplace(), std::move(value));
}

// Empty text, an empty list and an absent option are "not set".
template <class Field>
std::optional<Checked> shown(const Field& field) {
  if constexpr (std::is_same_v<Field, bool>) {
    return Checked(field);
  } else if constexpr (std::is_enum_v<Field> || std::is_integral_v<Field>) {
    return Checked(static_cast<std::int64_t>(field));
  } else if constexpr (std::is_same_v<Field, NodeId>) {
    return field.empty() ? std::nullopt : std::optional<Checked>(field.str());
  } else if constexpr (requires { field.empty(); }) {
    return field.empty() ? std::nullopt : std::optional<Checked>(field);
  } else {
    return Checked(field);
  }
}

template <class Field>
std::optional<Checked> shown(const std::optional<Field>& field) {
  return field ? shown(*field) : std::nullopt;
}

// `Part::in(config, index)` is the part of the Config that has the field.
template <class Part, auto Field>
inline constexpr Access kAt{
    [](Config& config, std::size_t index, Checked&& value) {
      assign(Part::in(config, index).*Field, std::move(value));
    },
    [](const Config& config, std::size_t index) { return shown(Part::in(config, index).*Field); }};

struct OfReplication {
  static auto& in(auto& config, std::size_t) { return config.replication; }
};
struct OfHa {
  static auto& in(auto& config, std::size_t) { return config.replication.ha; }
};
template <auto Member>
struct OfHaPart {
  static auto& in(auto& config, std::size_t) { return config.replication.ha.*Member; }
};
// One of a list of blocks in ha { … }, respectively in replication { … }.
template <auto List>
struct OfHaList {
  static auto& in(auto& config, std::size_t index) { return all(config)[index]; }
  static auto& all(auto& config) { return config.replication.ha.*List; }
};
template <auto List>
struct OfReplicationList {
  static auto& in(auto& config, std::size_t index) { return all(config)[index]; }
  static auto& all(auto& config) { return config.replication.*List; }
};

template <class Part, auto Label>
inline constexpr Row kLabelled{[](Config& config, std::string_view label) {
                                 auto& field = Part::all(config).emplace_back().*Label;
                                 field = std::remove_reference_t<decltype(field)>(label);
                               },
                               [](const Config& config) { return Part::all(config).size(); },
                               [](const Config& config, std::size_t index) {
                                 const auto& label = Part::in(config, index).*Label;
                                 if constexpr (requires { label.str(); })
                                   return label.str();
                                 else
                                   return label;
                               }};

// `Key` names one by its content: its address, its interface.
template <class Part, auto Key>
inline constexpr Row kUnlabelled{
    [](Config& config, std::string_view) { Part::all(config).emplace_back(); },
    [](const Config& config) { return Part::all(config).size(); },
    [](const Config& config, std::size_t index) {
      const auto& key = Part::in(config, index).*Key;
      if constexpr (requires { key.str(); })
        return key.str();
      else
        return key;
    }};

inline constexpr Type kFlag{Kind::flag};
inline constexpr Type kPath{Kind::path};
inline constexpr Type kCommand{Kind::command};
inline constexpr Type kInterface{Kind::interface};
inline constexpr Type kPort{Kind::integer, 1, 65535};
inline constexpr Type kSecret{Kind::secret};

constexpr Type whole(std::int64_t min, std::int64_t max) { return {Kind::integer, min, max}; }
constexpr Type text(std::int64_t min, std::int64_t max) { return {Kind::text, min, max}; }
constexpr Type lasting(Duration min, Duration max) {
  return {Kind::duration, min.count(), max.count()};
}
constexpr Type one_of(std::span<const Choice> choices) { return {Kind::choice, 0, 0, choices}; }
constexpr Type some_of(std::span<const Choice> choices) { return {Kind::words, 0, 0, choices}; }

template <class Enum>
constexpr Choice choice(std::string_view word, Enum value) {
  return {word, static_cast<std::uint8_t>(value)};
}
template <class Enum>
constexpr Choice not_built(std::string_view word, Enum value, std::string_view advice) {
  return {word, static_cast<std::uint8_t>(value), false, advice};
}

}  // namespace flywall::config
