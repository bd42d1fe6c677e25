#include "daemon/services/commands.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace flywall::services {

namespace asio = boost::asio;
using processes::message::CommandAnswer;

struct Commands::Waiting {
  explicit Waiting(const asio::any_io_executor& executor) : timer(executor, kCommandLimit) {}
  asio::steady_timer timer;
  std::optional<CommandAnswer> answer;
};

asio::awaitable<std::optional<CommandAnswer>> Commands::failover(std::string_view by) {
  if (waiting_.size() == kMaxCommands) co_return std::nullopt;
  const std::uint64_t request = ++last_request_;
  const processes::message::FailoverRequest message{.request = request,
                                                    .by = InlineText<63>::cut(by)};
  if (!channel_.send(message)) co_return std::nullopt;
  const auto waiting = std::make_shared<Waiting>(executor_);
  waiting_.emplace(request, waiting);
  co_await waiting->timer.async_wait(asio::as_tuple(asio::use_awaitable));
  waiting_.erase(request);
  co_return waiting->answer;
}

void Commands::answered(const CommandAnswer& answer) {
  const auto found = waiting_.find(answer.request);
  if (found == waiting_.end()) return;
  found->second->answer = answer;
  found->second->timer.cancel();
}

}  // namespace flywall::services
