#include "heartbeat/vote.hpp"

#include <algorithm>

namespace flywall::heartbeat {

namespace {

std::uint32_t wire_time(Duration duration) {
  return static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(duration / 1us, 0, std::int64_t{UINT32_MAX}));
}

Duration read_time(ByteReader& in) { return std::int64_t{in.read<std::uint32_t>()} * 1us; }

void write(ByteWriter& out, const Saying& saying) {
  out.write(saying.instance.value);
  out.write(saying.counter);
}

Saying read_saying(ByteReader& in) {
  const InstanceId instance{in.read<std::uint64_t>()};
  return {instance, in.read<std::uint64_t>()};
}

bool is_complete(const Saying& saying) {
  return saying.instance != InstanceId{} && saying.counter != 0;
}

template <class Purpose>
void begin_body(ByteWriter& out, Purpose purpose, const NodeId& name) {
  out.write(static_cast<std::uint8_t>(purpose));
  out.write(static_cast<std::uint8_t>(name.view().size()));
  out.write(std::uint16_t{0});
}

std::size_t finished(const ByteWriter& out) { return out.ok() ? out.size() : 0; }

std::expected<Header, Refusal> header_of(Bytes clear, Kind kind) {
  auto header = decode_header(clear);
  if (header && header->kind != kind) return std::unexpected(Refusal::type);
  if (header && !is_complete({header->instance, header->counter}))
    return std::unexpected(Refusal::malformed);
  return header;
}

// The first four bytes of a body.
struct Opening {
  std::uint8_t purpose = 0;
  std::uint8_t name_length = 0;
};

Opening read_opening(ByteReader& in) {
  Opening opening;
  opening.purpose = in.read<std::uint8_t>();
  opening.name_length = in.read<std::uint8_t>();
  in.take(2);
  if (opening.name_length > NodeId::kMaxLength) in.fail();
  return opening;
}

bool is_lawful(const VoteQuestion& question) {
  if (question.claim.claimant.empty()) return false;
  switch (question.purpose) {
    case VotePurpose::ask:
      return question.claim.epoch != Epoch{} && question.lease > Duration{};
    case VotePurpose::release:
      return question.claim.epoch != Epoch{};
    case VotePurpose::greet:
      return true;
  }
  return false;
}

bool is_lawful(const VoteAnswer& answer) {
  return is_complete(answer.question) && answer.verdict >= VoteVerdict::granted &&
         answer.verdict <= VoteVerdict::greeted &&
         (answer.verdict != VoteVerdict::granted || answer.lease > Duration{});
}

}  // namespace

const char* name_of(VoteVerdict verdict) {
  switch (verdict) {
    case VoteVerdict::granted:
      return "granted";
    case VoteVerdict::refused:
      return "refused";
    case VoteVerdict::released:
      return "released";
    case VoteVerdict::prove:
      return "prove";
    case VoteVerdict::greeted:
      return "greeted";
  }
  return "unknown";
}

SecretKey vote_key(const SecretKey& cluster_key) {
  return derive_key(cluster_key, "flywall vote 1");
}

std::size_t encode(const VoteQuestion& question, MutableBytes room) {
  ByteWriter out(room);
  write_header(out, {.kind = Kind::question,
                     .key = {},
                     .sender = node_tag(question.claim.claimant),
                     .instance = question.self.instance,
                     .counter = question.self.counter});
  begin_body(out, question.purpose, question.claim.claimant);
  out.write(question.claim.epoch.value);
  out.write(wire_time(question.lease));
  write(out, question.heard);
  out.write_text(question.claim.claimant.view());
  return finished(out);
}

std::size_t encode(const VoteAnswer& answer, MutableBytes room) {
  ByteWriter out(room);
  write_header(out, {.kind = Kind::answer,
                     .key = {},
                     .sender = answer.witness,
                     .instance = answer.self.instance,
                     .counter = answer.self.counter});
  begin_body(out, answer.verdict, answer.seen.claimant);
  write(out, answer.question);
  out.write(answer.seen.epoch.value);
  out.write(wire_time(answer.lease));
  out.write_text(answer.seen.claimant.view());
  return finished(out);
}

std::expected<VoteQuestion, Refusal> decode_question(Bytes clear) {
  const auto header = header_of(clear, Kind::question);
  if (!header) return std::unexpected(header.error());
  ByteReader in(clear.subspan(kHeaderSize));
  VoteQuestion question{.self = {header->instance, header->counter}};
  const Opening opening = read_opening(in);
  question.purpose = static_cast<VotePurpose>(opening.purpose);
  question.claim.epoch = Epoch{in.read<std::uint64_t>()};
  question.lease = read_time(in);
  question.heard = read_saying(in);
  question.claim.claimant = NodeId(in.take_text(opening.name_length));
  if (!in.ok() || !is_lawful(question)) return std::unexpected(Refusal::malformed);
  if (node_tag(question.claim.claimant) != header->sender)
    return std::unexpected(Refusal::foreign_sender);
  return question;
}

std::expected<VoteAnswer, Refusal> decode_answer(Bytes clear) {
  const auto header = header_of(clear, Kind::answer);
  if (!header) return std::unexpected(header.error());
  ByteReader in(clear.subspan(kHeaderSize));
  VoteAnswer answer{.self = {header->instance, header->counter}, .witness = header->sender};
  const Opening opening = read_opening(in);
  answer.verdict = static_cast<VoteVerdict>(opening.purpose);
  answer.question = read_saying(in);
  answer.seen.epoch = Epoch{in.read<std::uint64_t>()};
  answer.lease = read_time(in);
  answer.seen.claimant = NodeId(in.take_text(opening.name_length));
  if (!in.ok() || !is_lawful(answer)) return std::unexpected(Refusal::malformed);
  return answer;
}

}  // namespace flywall::heartbeat
