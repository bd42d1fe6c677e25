#include "replication/sentences.hpp"

namespace flywall::replication {

namespace {

std::string own_sentence(Ending ending) {
  switch (ending) {
    case Ending::refused:
      return "it could not be authenticated";
    case Ending::unanswered:
      return "it hung up without an answer: its secret_key or cluster_id is another one, or it is "
             "not Flywall";
    case Ending::handshake_late:
      return "it did not finish the handshake in time";
    case Ending::silent:
      return "nothing was heard from it any more";
    case Ending::lost:
      return "the connection broke: it ended, or was cut off";
    case Ending::bad_record:
      return "what it sent was damaged or forged";
    case Ending::bad_frame:
      return "it broke a rule of the protocol";
    case Ending::duplicate:
      return "another connection stays";
    case Ending::superseded:
      return "it connected again";
    case Ending::key_retired:
      return "the secret of the connection is not accepted any more";
    case Ending::not_wanted:
      return "it is not among the configured peers";
    case Ending::stopping:
      return "this node stops";
  }
  return "";
}

}  // namespace

std::string sentence_of(Ending ending, bool peer_said_so) {
  if (!peer_said_so) return own_sentence(ending);
  switch (ending) {
    case Ending::stopping:
      return "it stops";
    case Ending::not_wanted:
      return "it does not have this node among its peers";
    case Ending::key_retired:
      return "it does not accept the secret of the connection any more";
    case Ending::bad_record:
    case Ending::bad_frame:
      return "it did not understand what this node sent";
    case Ending::silent:
      return "it heard nothing from this node any more";
    case Ending::refused:
    case Ending::unanswered:
    case Ending::handshake_late:
    case Ending::lost:
    case Ending::duplicate:
    case Ending::superseded:
      return own_sentence(ending);
  }
  return "";
}

std::string sentence_of(Refusal refusal) {
  switch (refusal) {
    case Refusal::not_ours:
      return "it does not speak this protocol";
    case Refusal::unknown_key:
      return "its secret_key or cluster_id is another one";
    case Refusal::bad_seal:
      return "its seal is not made with our secret_key and cluster_id";
    case Refusal::bad_statement:
      return "it introduced itself with nonsense";
    case Refusal::own_node:
      return "it has the node_id of this node, or is this node";
    case Refusal::other_node:
      return "it is, or wanted, another node: compare node_id with the names of the peer blocks";
    case Refusal::weak_key:
      return "its ephemeral key is weak";
  }
  return "";
}

}  // namespace flywall::replication
