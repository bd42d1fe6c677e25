// One connection, from the first byte to the last: handshake, records, streams. Bytes in, bytes
// out; whoever owns a socket feeds it.
//
//     loop:  receive(bytes, now)     what the socket had
//            output(now)             until it is empty, written in between
//            deadline()              then pass(now) is due
//
// After it ended, the connection takes and gives nothing more but its last words; ending() says
// why. Never holds more than one record of what arrives; what it has to send it makes when asked,
// one record at a time, so a message of high priority never waits behind a backlog.
//
// Pure: the ephemeral key is drawn by the caller. Knows no socket, no clock, no list of peers.
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "replication/handshake.hpp"
#include "replication/multiplexer.hpp"
#include "replication/record.hpp"

namespace flywall::replication {

// Why there is no connection any more. Sent in a goodbye: numbers are never reused.
enum class Ending : std::uint8_t {
  refused = 1,         // the handshake failed: refusal() says how
  unanswered = 2,      // the other end hung up without a word during the handshake
  handshake_late = 3,  // kHandshakeLimit
  silent = 4,          // nothing heard for kSilence
  lost = 5,            // the other end is gone: TCP said so
  bad_record = 6,
  bad_frame = 7,
  duplicate = 8,     // another connection to the same node stays
  superseded = 9,    // the other node was started again, or connected again
  key_retired = 10,  // the secret it was made with is not accepted any more
  not_wanted = 11,   // the node is no peer any more
  stopping = 12,     // this process ends
};
const char* name_of(Ending ending);  // "bad_record"

class Connection {
 public:
  static Connection call(Party party, const SecretKey& key, std::optional<NodeId> expected,
                         Time now);
  static Connection answer(Party party, Keys accepted, Time now);

  // Bytes of the peer; what happened is appended.
  void receive(Bytes bytes, Time now, std::vector<Event>& events);
  // What to send next, at most one record; empty: nothing now. Valid until the next call.
  Bytes output(Time now);
  Time deadline() const;
  void pass(Time now);

  // Says goodbye when the peer is believed; output() has it. No effect when it ended before.
  void hang_up(Ending why);
  // The socket broke.
  void broke();

  bool is_established() const { return std::holds_alternative<Established>(state_); }
  bool is_caller() const { return caller_; }
  const std::optional<Ending>& ending() const { return ending_; }
  bool peer_said_so() const { return peer_said_so_; }  // `ending` came in its goodbye
  const std::optional<Refusal>& refusal() const { return refusal_; }

  // These need is_established().
  const Agreement& agreement() const;
  Multiplexer& streams();
  const Multiplexer& streams() const;

  std::uint64_t wire_sent() const { return wire_sent_; }
  std::uint64_t wire_received() const { return wire_received_; }

 private:
  struct Answering {
    Responder responder;
    bool answered = false;  // message 2 was made, message 3 is awaited
  };
  struct Established {
    Agreement agreement;
    RecordSealer sealer;
    RecordOpener opener;
    Multiplexer streams;
    Time last_heard;
    Time next_ping;
  };
  struct Over {};

  Connection(bool caller, Time now) : caller_(caller), begun_(now) {}

  // Bytes of the next thing from the peer, as far as is known; judges a record's head.
  std::optional<std::size_t> wanted();
  void take_item(Time now, std::vector<Event>& events);
  void take_hello(Initiator& initiator, Time now);
  void take_hello(Answering& answering);
  void take_confirm(Answering& answering, Time now);
  void take_record(Established& established, Time now, std::vector<Event>& events);
  void establish(const Agreement& agreement, Time now);
  void finish(Ending why);
  void say(Bytes bytes) { outbox_.insert(outbox_.end(), bytes.begin(), bytes.end()); }
  void seal_goodbye(Ending why);

  std::variant<Over, Initiator, Answering, Established> state_;
  bool caller_;
  Time begun_;
  Buffer inbox_;   // the beginning of the next item
  Buffer outbox_;  // handshake messages and a goodbye that wait
  Buffer record_;  // what output() returned
  std::optional<Ending> ending_;
  bool peer_said_so_ = false;
  std::optional<Refusal> refusal_;
  std::uint64_t wire_sent_ = 0;
  std::uint64_t wire_received_ = 0;
};

}  // namespace flywall::replication
