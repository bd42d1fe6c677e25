// Why there is no connection, for people: what happened, and what to look at.
#pragma once

#include <string>

#include "replication/connection.hpp"

namespace flywall::replication {

std::string sentence_of(Ending ending, bool peer_said_so);
std::string sentence_of(Refusal refusal);  // continues "10.0.0.1 was refused: "

}  // namespace flywall::replication
