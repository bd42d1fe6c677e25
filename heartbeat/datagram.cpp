#include "heartbeat/datagram.hpp"

#include <algorithm>

namespace flywall::heartbeat {

namespace {

enum class Field : std::uint8_t {
  sender = 1,
  claimant = 2,
  tenure = 3,
  echoes = 4,
  heard = 5,
  addresses = 6,
  offer = 7,
  penalty = 8,
  grant = 9,
  voters = 10,
};
constexpr std::uint8_t kFields = 10;

constexpr std::uint8_t kEligible = 1;
constexpr std::uint8_t kHolderAlive = 2;
constexpr std::uint8_t kInSync = 4;
constexpr unsigned kWishShift = 3;
constexpr std::uint8_t kWish = 3;
constexpr std::uint8_t kAcceptsOffer = 32;

constexpr std::size_t kEchoSize = 28;
constexpr std::size_t kTagSize = 8;
constexpr std::size_t kTenureSize = 16;
constexpr std::size_t kOfferSize = 16;
constexpr std::size_t kGrantSize = 20;
constexpr Duration kMinTimer = 1ms;
constexpr Duration kMaxTimer = 1h;
constexpr Duration kMaxDuration = kMaxInstant.time_since_epoch();

std::uint64_t microseconds(Duration duration, std::uint64_t most) {
  const auto count = std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
  return std::min(static_cast<std::uint64_t>(std::max<std::int64_t>(count, 0)), most);
}

std::uint32_t short_microseconds(Duration duration) {
  return static_cast<std::uint32_t>(microseconds(duration, UINT32_MAX));
}

std::uint64_t instant(Time time) {
  return static_cast<std::uint64_t>(nanoseconds(std::clamp(time, Time{}, kMaxInstant)));
}

void begin_field(ByteWriter& out, Field field, std::size_t size) {
  out.write(static_cast<std::uint8_t>(field));
  out.write(static_cast<std::uint16_t>(size));
}

void write_name(ByteWriter& out, Field field, const NodeId& name) {
  begin_field(out, field, name.view().size());
  out.write_text(name.view());
}

std::uint8_t flags_of(const Statement& statement) {
  return static_cast<std::uint8_t>((statement.eligible ? kEligible : 0) |
                                   (statement.holder_alive ? kHolderAlive : 0) |
                                   (statement.rank.in_sync ? kInSync : 0) |
                                   (static_cast<unsigned>(statement.wish) << kWishShift) |
                                   (statement.accepts_offer ? kAcceptsOffer : 0));
}

void read_flags(std::uint8_t flags, Statement& statement) {
  statement.eligible = (flags & kEligible) != 0;
  statement.holder_alive = (flags & kHolderAlive) != 0;
  statement.rank.in_sync = (flags & kInSync) != 0;
  statement.wish = static_cast<Wish>((flags >> kWishShift) & kWish);
  statement.accepts_offer = (flags & kAcceptsOffer) != 0;
}

void write_fixed(ByteWriter& out, const Statement& statement, const Contact& contact) {
  out.write(static_cast<std::uint8_t>(statement.state));
  out.write(flags_of(statement));
  out.write(static_cast<std::uint8_t>(statement.rank.fault));
  out.write(statement.protocol_minor);
  out.write(statement.rank.priority);
  out.write(statement.features);
  out.write(statement.claim.epoch.value);
  out.write(short_microseconds(statement.interval));
  out.write(short_microseconds(statement.detection));
  out.write(statement.address_digest);
  out.write(instant(contact.sent));
  out.write(contact.path_sequence);
}

void write_tenure(ByteWriter& out, const Statement& statement) {
  if (statement.tenure == Epoch{} && statement.held_for <= Duration{}) return;
  begin_field(out, Field::tenure, kTenureSize);
  out.write(statement.tenure.value);
  out.write(microseconds(statement.held_for, microseconds(kMaxDuration, UINT64_MAX)));
}

void write_echoes(ByteWriter& out, const Contact& contact) {
  if (contact.echoes.empty()) return;
  begin_field(out, Field::echoes, contact.echoes.size() * kEchoSize);
  for (const Echo& echo : contact.echoes) {
    out.write(echo.instance.value);
    out.write(echo.counter);
    out.write(instant(echo.sent));
    out.write(short_microseconds(echo.held));
  }
}

void write_heard(ByteWriter& out, const Statement& statement) {
  if (statement.heard.empty()) return;
  begin_field(out, Field::heard, statement.heard.size() * kTagSize);
  for (NodeTag tag : statement.heard) out.write(tag.value);
}

void write_addresses(ByteWriter& out, const OwnAddresses& addresses) {
  if (addresses.empty()) return;
  std::size_t size = 0;
  for (const IpAddress& address : addresses) size += 1 + address.size();
  begin_field(out, Field::addresses, size);
  for (const IpAddress& address : addresses) {
    out.write(static_cast<std::uint8_t>(address.family));
    out.write(address.view());
  }
}

void write_offer(ByteWriter& out, const Statement& statement) {
  if (statement.offer.epoch == Epoch{}) return;
  begin_field(out, Field::offer, kOfferSize);
  out.write(statement.offer.epoch.value);
  out.write(statement.offer.to.value);
}

void write_penalty(ByteWriter& out, const Statement& statement) {
  if (statement.penalty == 0) return;
  begin_field(out, Field::penalty, sizeof statement.penalty);
  out.write(statement.penalty);
}

void write_grant(ByteWriter& out, const Statement& statement) {
  if (statement.grant.epoch == Epoch{}) return;
  begin_field(out, Field::grant, kGrantSize);
  out.write(statement.grant.epoch.value);
  out.write(statement.grant.to.value);
  out.write(short_microseconds(statement.grant.left));
}

void write_voters(ByteWriter& out, const Statement& statement) {
  const VoterSet& voters = statement.voters;
  if (voters.size == 0) return;
  begin_field(out, Field::voters, 1 + voters.known.size() * kTagSize);
  out.write(voters.size);
  for (const NodeTag voter : voters.known) out.write(voter.value);
}

void write(ByteWriter& out, const Heartbeat& heartbeat) {
  const Statement& statement = heartbeat.statement;
  write_header(out, {.kind = Kind::heartbeat,
                     .key = {},
                     .sender = node_tag(statement.sender),
                     .instance = heartbeat.contact.instance,
                     .counter = heartbeat.contact.counter});
  write_fixed(out, statement, heartbeat.contact);
  write_name(out, Field::sender, statement.sender);
  if (statement.claim.claimant != statement.sender)
    write_name(out, Field::claimant, statement.claim.claimant);
  write_tenure(out, statement);
  write_echoes(out, heartbeat.contact);
  write_heard(out, statement);
  write_addresses(out, heartbeat.addresses);
  write_offer(out, statement);
  write_penalty(out, statement);
  write_grant(out, statement);
  write_voters(out, statement);
}

void write(ByteWriter& out, const Will& will) {
  write_header(out, {.kind = Kind::will,
                     .key = {},
                     .sender = node_tag(will.sender),
                     .instance = will.instance,
                     .counter = will.counter});
  out.write(will.epoch.value);
  write_name(out, Field::sender, will.sender);
}

template <class Enum>
Enum read_enum(ByteReader& in, std::uint8_t count) {
  const auto value = in.read<std::uint8_t>();
  if (value >= count) in.fail();
  return static_cast<Enum>(value);
}

Duration read_short_duration(ByteReader& in) {
  return std::chrono::microseconds(in.read<std::uint32_t>());
}

Duration read_timer(ByteReader& in) {
  const Duration timer = read_short_duration(in);
  if (timer < kMinTimer || timer > kMaxTimer) in.fail();
  return timer;
}

Time read_instant(ByteReader& in) {
  const auto value = in.read<std::uint64_t>();
  if (value <= static_cast<std::uint64_t>(nanoseconds(kMaxInstant)))
    return time_from_nanoseconds(static_cast<std::int64_t>(value));
  in.fail();
  return {};
}

InstanceId read_instance(ByteReader& in) {
  const InstanceId instance{in.read<std::uint64_t>()};
  if (instance == InstanceId{}) in.fail();
  return instance;
}

NodeId read_name(ByteReader& in, std::size_t least) {
  const std::string_view name = in.take_text(in.remaining());
  const bool printable = std::none_of(name.begin(), name.end(), [](char letter) {
    return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7f;
  });
  if (name.size() < least || name.size() > NodeId::kMaxLength || !printable) in.fail();
  return in.ok() ? NodeId(name) : NodeId();
}

void read_tenure(ByteReader& in, Statement& statement) {
  statement.tenure = Epoch{in.read<std::uint64_t>()};
  const auto held = in.read<std::uint64_t>();
  if (held > microseconds(kMaxDuration, UINT64_MAX)) return in.fail();
  statement.held_for = std::chrono::microseconds(held);
}

void read_echoes(ByteReader& in, Contact& contact) {
  while (in.ok() && in.remaining() > 0) {
    Echo echo;
    echo.instance = read_instance(in);
    echo.counter = in.read<std::uint64_t>();
    echo.sent = read_instant(in);
    echo.held = read_short_duration(in);
    if (!contact.echoes.try_push_back(echo)) in.fail();
  }
}

void read_heard(ByteReader& in, Statement& statement) {
  while (in.ok() && in.remaining() > 0)
    if (!statement.heard.try_push_back(NodeTag{in.read<std::uint64_t>()})) in.fail();
}

void read_addresses(ByteReader& in, OwnAddresses& addresses) {
  while (in.ok() && in.remaining() > 0) {
    const auto family = in.read<std::uint8_t>();
    if (family != 4 && family != 6) return in.fail();
    const auto address = IpAddress::from_bytes(in.take(family == 4 ? 4 : 16));
    if (!address || !addresses.try_push_back(*address)) in.fail();
  }
}

void read_offer(ByteReader& in, Statement& statement) {
  statement.offer.epoch = Epoch{in.read<std::uint64_t>()};
  statement.offer.to = NodeTag{in.read<std::uint64_t>()};
  if (statement.offer.epoch == Epoch{}) in.fail();
}

void read_penalty(ByteReader& in, Statement& statement) {
  statement.penalty = in.read<std::uint16_t>();
  if (statement.penalty == 0 || statement.penalty >= statement.rank.priority) in.fail();
}

void read_grant(ByteReader& in, Statement& statement) {
  statement.grant.epoch = Epoch{in.read<std::uint64_t>()};
  statement.grant.to = NodeTag{in.read<std::uint64_t>()};
  statement.grant.left = read_short_duration(in);
  if (statement.grant.epoch == Epoch{}) in.fail();
}

void read_voters(ByteReader& in, Statement& statement) {
  VoterSet& voters = statement.voters;
  voters.size = in.read<std::uint8_t>();
  while (in.ok() && in.remaining() > 0)
    if (!voters.known.try_push_back(NodeTag{in.read<std::uint64_t>()})) in.fail();
  if (voters.size == 0 || voters.size > kMaxVoters || voters.known.size() > voters.size) in.fail();
}

// Calls `read(field, value)` for every known field. Unknown ones are skipped; a known one that
// comes twice or whose value is not read to its end stops `in`.
template <class Read>
void read_fields(ByteReader& in, Read read) {
  std::uint32_t seen = 0;
  while (in.ok() && in.remaining() > 0) {
    const auto type = in.read<std::uint8_t>();
    ByteReader value(in.take(in.read<std::uint16_t>()));
    if (!in.ok() || type == 0 || type > kFields) continue;
    const std::uint32_t bit = 1U << type;
    read(static_cast<Field>(type), value);
    if ((seen & bit) != 0 || !value.ok() || value.remaining() > 0) in.fail();
    seen |= bit;
  }
}

void read_fixed(ByteReader& in, Statement& statement, Contact& contact) {
  statement.state = read_enum<State>(in, kStates);
  read_flags(in.read<std::uint8_t>(), statement);
  statement.rank.fault = read_enum<FaultClass>(in, kFaultClasses);
  statement.protocol_minor = in.read<std::uint8_t>();
  statement.rank.priority = in.read<std::uint16_t>();
  statement.features = in.read<std::uint32_t>();
  statement.claim.epoch = Epoch{in.read<std::uint64_t>()};
  statement.interval = read_timer(in);
  statement.detection = read_timer(in);
  statement.address_digest = in.read<std::uint64_t>();
  contact.sent = read_instant(in);
  contact.path_sequence = in.read<std::uint32_t>();
}

bool obeys_rules(const Statement& statement) {
  if (statement.sender.empty() || statement.rank.priority == 0) return false;
  const bool offers = statement.offer.epoch > Epoch{};
  if (offers &&
      (statement.state != State::handing_over || statement.offer.epoch <= statement.claim.epoch))
    return false;
  if (!holds_claim(statement.state)) return true;
  return statement.claim.claimant == statement.sender && statement.claim.epoch > Epoch{};
}

std::expected<Datagram, Refusal> read_heartbeat(const Header& header, ByteReader& in) {
  Heartbeat heartbeat;
  Statement& statement = heartbeat.statement;
  std::optional<NodeId> claimant;
  read_fixed(in, statement, heartbeat.contact);
  read_fields(in, [&](Field field, ByteReader& value) {
    switch (field) {
      case Field::sender:
        statement.sender = read_name(value, 1);
        break;
      case Field::claimant:
        claimant = read_name(value, 0);
        break;
      case Field::tenure:
        read_tenure(value, statement);
        break;
      case Field::echoes:
        read_echoes(value, heartbeat.contact);
        break;
      case Field::heard:
        read_heard(value, statement);
        break;
      case Field::addresses:
        read_addresses(value, heartbeat.addresses);
        break;
      case Field::offer:
        read_offer(value, statement);
        break;
      case Field::penalty:
        read_penalty(value, statement);
        break;
      case Field::grant:
        read_grant(value, statement);
        break;
      case Field::voters:
        read_voters(value, statement);
        break;
    }
  });
  statement.claim.claimant = claimant.value_or(statement.sender);
  heartbeat.contact.instance = header.instance;
  heartbeat.contact.counter = header.counter;
  if (!in.ok() || !obeys_rules(statement)) return std::unexpected(Refusal::malformed);
  if (node_tag(statement.sender) != header.sender) return std::unexpected(Refusal::foreign_sender);
  return heartbeat;
}

std::expected<Datagram, Refusal> read_will(const Header& header, ByteReader& in) {
  Will will{.sender = {}, .instance = header.instance, .counter = header.counter, .epoch = {}};
  will.epoch = Epoch{in.read<std::uint64_t>()};
  read_fields(in, [&](Field field, ByteReader& value) {
    if (field == Field::sender)
      will.sender = read_name(value, 1);
    else
      value.take(value.remaining());
  });
  if (!in.ok() || will.sender.empty()) return std::unexpected(Refusal::malformed);
  if (node_tag(will.sender) != header.sender) return std::unexpected(Refusal::foreign_sender);
  return will;
}

}  // namespace

std::size_t encode(const Datagram& datagram, MutableBytes room) {
  ByteWriter out(room);
  std::visit([&](const auto& value) { write(out, value); }, datagram);
  return out.ok() ? out.size() : 0;
}

void write_header(ByteWriter& out, const Header& header) {
  out.write(kVersion);
  out.write(static_cast<std::uint8_t>(header.kind));
  out.write(std::uint16_t{0});
  out.write(std::uint32_t{0});
  out.write(header.sender.value);
  out.write(header.instance.value);
  out.write(header.counter);
}

std::expected<Header, Refusal> decode_header(Bytes bytes) {
  if (bytes.size() < kHeaderSize) return std::unexpected(Refusal::truncated);
  ByteReader in(bytes);
  if (in.read<std::uint8_t>() != kVersion) return std::unexpected(Refusal::version);
  const auto kind = in.read<std::uint8_t>();
  if (kind < static_cast<std::uint8_t>(Kind::heartbeat) ||
      kind > static_cast<std::uint8_t>(Kind::answer))
    return std::unexpected(Refusal::type);
  in.take(2);
  Header header;
  header.kind = static_cast<Kind>(kind);
  header.key = KeyId{in.read<std::uint32_t>()};
  header.sender = NodeTag{in.read<std::uint64_t>()};
  header.instance = InstanceId{in.read<std::uint64_t>()};
  header.counter = in.read<std::uint64_t>();
  return header;
}

std::expected<Datagram, Refusal> decode(Bytes clear) {
  const auto header = decode_header(clear);
  if (!header) return std::unexpected(header.error());
  if (header->instance == InstanceId{} || header->counter == 0)
    return std::unexpected(Refusal::malformed);
  ByteReader in(clear.subspan(kHeaderSize));
  switch (header->kind) {
    case Kind::heartbeat:
      return read_heartbeat(*header, in);
    case Kind::will:
      return read_will(*header, in);
    case Kind::question:
    case Kind::answer:
      break;
  }
  return std::unexpected(Refusal::type);
}

}  // namespace flywall::heartbeat
