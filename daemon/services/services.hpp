// The services process: everything around failover that may be slow. Its crash causes no failover.
//
// Started by the failover process with the descriptors of daemon/processes/messages.hpp. Runs the
// API, keeps history and the epoch floor in SQLite, resolves peers' names, accepts and closes TCP
// connections on the heartbeat port, runs scripts and the monitors that need more than a packet
// (daemon/tasks), and holds the last wills: when the failover process dies, it sends them, removes
// our addresses, and ends.
#pragma once

namespace flywall::services {

// `main` of the services process: returns its exit status.
int run();

}  // namespace flywall::services
