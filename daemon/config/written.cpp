#include "daemon/config/forms.hpp"
#include "daemon/config/mask.hpp"
#include "daemon/config/value.hpp"

namespace flywall::config {

namespace {

Value value_of(Value::Content content) {
  Value value;
  value.content = std::move(content);
  return value;
}

class Writer {
 public:
  explicit Writer(const Type& type) : type_(type) {}

  Value operator()(bool flag) const { return value_of(flag); }
  Value operator()(std::int64_t number) const {
    if (type_.kind == Kind::choice)
      for (const Choice& choice : type_.choices)
        if (choice.value == number) return value_of(std::string(choice.word));
    return value_of(static_cast<double>(number));
  }
  Value operator()(Duration duration) const { return value_of(duration_text(duration)); }
  Value operator()(const std::string& text) const {
    const std::string_view hidden = credentials_of(text);
    if (type_.kind != Kind::url || hidden.empty()) return value_of(text);
    std::string shown = text;
    shown.replace(static_cast<std::size_t>(hidden.data() - text.data()), hidden.size(), kMask);
    return value_of(shown);
  }
  Value operator()(const HostPort& address) const { return value_of(host_port_text(address)); }
  Value operator()(const IpAddress& address) const { return value_of(address.str()); }
  Value operator()(const Prefix& prefix) const { return value_of(prefix.str()); }
  Value operator()(const MacAddress& address) const { return value_of(address.str()); }
  Value operator()(const Secret&) const { return value_of(std::string(kMask)); }
  Value operator()(const std::vector<NodeUrl>& urls) const {
    Object object;
    for (const NodeUrl& each : urls) object.push_back({{each.node.str(), {}}, value_of(each.url)});
    return value_of(std::move(object));
  }
  template <class Element>
  Value operator()(const std::vector<Element>& elements) const {
    List list;
    for (const Element& each : elements) list.push_back((*this)(each));
    return value_of(std::move(list));
  }

 private:
  const Type& type_;
};

}  // namespace

Value written_value(const Type& type, const Checked& value) {
  return std::visit(Writer(type), value);
}

std::string host_port_text(const HostPort& address) {
  const bool brackets = address.host.find(':') != std::string::npos;
  const std::string host = brackets ? "[" + address.host + "]" : address.host;
  return address.port ? host + ":" + std::to_string(*address.port) : host;
}

}  // namespace flywall::config
