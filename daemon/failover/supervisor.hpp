// The main thread of the failover process: sets everything up, then does what may take long.
//
//  - before the loop runs: sockets, keys, a sweep of addresses that an earlier life left behind,
//  the services process
//  - while it runs: signals, the log, starting the services process again when it dies, looking up
//  our own addresses on served networks, which takes RTNL, and reading the configuration again
//  - at the end: waits for the addresses to be gone and for the services process to end
//
// Here all mailboxes are made, and the wiring of the process can be read in one place.
#pragma once

#include "base/error.hpp"
#include "daemon/failover/assignment.hpp"

namespace flywall::failover {

// Returns after an orderly stop. Errors: what prevented the start.
Result<void> supervise(const Assignment& assignment);

}  // namespace flywall::failover
