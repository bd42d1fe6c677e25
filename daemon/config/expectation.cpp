#include <vector>

#include "daemon/config/schema.hpp"

namespace flywall::config {

namespace {

std::string choices_text(std::span<const Choice> choices, std::string_view last = "or") {
  std::vector<std::string> words;
  for (const Choice& choice : choices)
    if (choice.built) words.push_back("\"" + std::string(choice.word) + "\"");
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i)
    out += (i == 0                  ? std::string()
            : i + 1 == words.size() ? " " + std::string(last) + " "
                                    : std::string(", ")) +
           words[i];
  return out;
}

std::string range_text(std::int64_t min, std::int64_t max) {
  return std::to_string(min) + " to " + std::to_string(max);
}

std::string expectation_of_list(const Type& type) {
  const std::string at_most = "a list of at most " + std::to_string(kMaxListed);
  if (type.kind == Kind::texts)
    return at_most + " texts of " + range_text(type.min, type.max) + " bytes";
  if (type.kind == Kind::paths) return at_most + " absolute paths";
  if (type.kind == Kind::interfaces)
    return "a list of interface names, at most " + std::to_string(kMaxListed);
  if (type.kind == Kind::addresses)
    return "a list of addresses, at most " + std::to_string(kMaxListed);
  if (type.kind == Kind::hosts)
    return "a list of " + range_text(type.min, type.max) +
           " addresses or host names, without ports";
  if (type.kind == Kind::host_ports)
    return "a list of at most " + std::to_string(type.max) +
           " addresses or host names with ports, as in [\"10.0.0.2:9001\"]";
  if (type.kind == Kind::networks)
    return "a list of networks, as in [\"10.0.0.0/24\"], with no bits set behind their length";
  return "a list of some of " + choices_text(type.choices, "and");
}

}  // namespace

std::string expectation(const Type& type) {
  switch (type.kind) {
    case Kind::flag:
      return "true or false";
    case Kind::integer:
      return "a whole number from " + range_text(type.min, type.max);
    case Kind::duration:
      return "a duration from " + duration_text(Duration(type.min)) + " to " +
             duration_text(Duration(type.max)) + ", in seconds or as in \"10ms\", \"5s\", \"1h\"";
    case Kind::rate:
      return "a rate in bytes per second, or as in \"10MB\", \"512KiB\", \"8Mbit\"; from 1 KiB to "
             "1 TB";
    case Kind::text:
      return "text of " + range_text(type.min, type.max) + " bytes";
    case Kind::name:
      return "a name of " + range_text(type.min, type.max) +
             " letters, digits, \".\", \"_\" and \"-\"";
    case Kind::path:
      return "an absolute path";
    case Kind::command:
      return "a program with an absolute path and its arguments, as in [\"/bin/check\", \"-q\"]; "
             "no "
             "shell is involved";
    case Kind::interface:
      return "the name of a network interface (1 to 15 bytes)";
    case Kind::address:
      return "an address, as in \"10.0.0.1\" or \"fe80::1\"";
    case Kind::host_port:
      return "an address or host name with a port, as in \"10.0.0.2:9002\" or \"[fd00::2]:9002\"";
    case Kind::listen:
      return "an address of this machine with a port, as in \"10.0.0.1:9001\" or \":9001\"";
    case Kind::prefix:
      return "an address with the length of its network, as in \"10.0.0.100/24\"";
    case Kind::network:
      return "a network, as in \"10.0.0.0/24\" or \"default\", with no bits set behind its length";
    case Kind::mac:
      return "a hardware address, as in \"02:00:00:00:00:01\"";
    case Kind::url:
      return "a web address, as in \"http://10.0.0.9:8500\" or \"redis://10.0.0.9:6379\"";
    case Kind::web_url:
      return "a web address, as in \"https://10.0.0.9/hook\", without user and password";
    case Kind::node_urls:
      return "an object of node ids and web addresses, as in { a = \"http://10.0.0.1:8080\" }";
    case Kind::cron:
      return "five fields (minute hour day month weekday), as in \"30 2 * * *\", or \"@daily\" and "
             "the like";
    case Kind::choice:
      return choices_text(type.choices);
    case Kind::texts:
    case Kind::paths:
    case Kind::interfaces:
    case Kind::addresses:
    case Kind::hosts:
    case Kind::host_ports:
    case Kind::networks:
    case Kind::words:
      return expectation_of_list(type);
    case Kind::secret:
      return "text that is not empty";
  }
  return {};
}

}  // namespace flywall::config
