// Requests into answers: looks up the route, asks control/ who may, and composes the answer from
// the snapshot, the records and the failover process.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <expected>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "daemon/config/config.hpp"
#include "daemon/control/authorisation.hpp"
#include "daemon/control/routes.hpp"
#include "daemon/processes/snapshot.hpp"
#include "daemon/services/commands.hpp"
#include "daemon/services/rate_limit.hpp"
#include "daemon/services/record_keeper.hpp"

namespace flywall::services {

inline constexpr std::size_t kHistoryDefault = 100;
inline constexpr std::size_t kHistoryMost = 1000;  // entries in one answer

class Api {
 public:
  // All of these outlive the object. `warnings` are those of the services process, and so are the
  // failures, by the name of the script or monitor.
  struct Parts {
    const config::Config& config;
    const processes::SharedSnapshot& snapshot;
    RecordKeeper& records;
    Commands& commands;
    std::function<std::vector<std::string>()> warnings;
    std::function<control::ChannelView()> channel;
    std::function<std::map<std::string, std::uint64_t>()> script_failures;
    std::function<std::vector<control::ProviderView>()> providers = [] {
      return std::vector<control::ProviderView>();
    };
  };
  explicit Api(Parts parts) : parts_(std::move(parts)) {}

  boost::asio::awaitable<control::Answer> answer(control::Request request, control::Caller caller);

 private:
  struct Admitted {
    control::Route route;
    control::Target target;
  };
  std::expected<Admitted, control::Answer> admit(const control::Request& request,
                                                 const control::Caller& caller);
  boost::asio::awaitable<control::Answer> read(control::Operation operation,
                                               const control::Target& target);
  boost::asio::awaitable<control::Answer> history(const control::Target& target);
  boost::asio::awaitable<control::Answer> command(const control::Route& route,
                                                  const control::Request& request,
                                                  const control::Caller& caller);
  struct Undertaking {  // what goes to the failover process, and what its answer becomes
    control::Command command;
    std::function<control::Answer(const processes::message::CommandAnswer&)> finish;
  };
  std::expected<Undertaking, control::Answer> prepare(const control::Route& route,
                                                      const control::Request& request) const;
  std::expected<Undertaking, control::Answer> prepare_reload(const control::Command& command) const;
  control::Answer configuration() const;
  Duration command_limit() const;
  control::Rules rules() const;
  control::Answer refuse(const control::Refused& refused, const std::string& what,
                         const control::Caller& caller);
  // Audit of what never reached the failover process; that one records what did.
  void record_refusal(const std::string& what, const control::Caller& caller,
                      const std::string& code,
                      processes::Happening happening = processes::Happening::command);

  Parts parts_;
  RateLimit refusals_{10, 60s};  // recorded; the others are answered only
};

}  // namespace flywall::services
