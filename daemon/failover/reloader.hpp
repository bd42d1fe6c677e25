// From configuration files that may have changed to what the running process changes over to.
//
// Remembers which configuration runs: the one of the start and every change since that needed no
// restart. So a value that needs one is named at every reload until there was one. A file with an
// error changes nothing. Slow (files, key derivation): supervising thread only.
//
// Knows configurations; knows neither threads nor addresses in the kernel.
#pragma once

#include <memory>
#include <vector>

#include "daemon/config/difference.hpp"
#include "daemon/failover/assignment.hpp"
#include "daemon/failover/reload.hpp"
#include "daemon/failover/services_child.hpp"
#include "daemon/failover/settings.hpp"

namespace flywall::failover {

// The keys of datagrams from the secrets of the configuration. Error: unavailable.
Result<Sealers> make_sealers(const config::Replication& replication);

// What the services process is started with.
ServicesChild::Inheritance inheritance_of(const config::Config& config,
                                          const Assignment& assignment, const std::string& text);

class Reloader {
 public:
  struct Wanted {
    config::Config config;  // what will run
    std::string text;
    Settings settings;
    std::vector<config::Change> changes;  // in the order of the schema
    std::vector<std::string> warnings;    // of the files, one line each
    std::optional<Sealers> sealers;       // when the secrets changed
  };

  Reloader(const Assignment& assignment, const Settings& settings)
      : assignment_(assignment), running_(assignment.config), settings_(settings) {}

  // Error: invalid, the first error of the files with its place; unavailable: no memory for keys.
  Result<Wanted> read() const;
  // It runs from now on; the answer is what the threads are given.
  std::unique_ptr<Reload> accept(Wanted wanted, std::uint64_t petition);

  const Settings& settings() const { return settings_; }  // that run
  const Assignment& assignment() const { return assignment_; }

 private:
  const Assignment& assignment_;
  config::Config running_;
  Settings settings_;
};

}  // namespace flywall::failover
