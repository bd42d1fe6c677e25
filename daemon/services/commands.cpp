#include "daemon/services/commands.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace flywall::services {

namespace asio = boost::asio;
using processes::message::CommandAnswer;

struct Commands::Waiting {
  Waiting(const asio::any_io_executor& executor, Duration limit) : timer(executor, limit) {}
  asio::steady_timer timer;
  std::optional<CommandAnswer> answer;
};

asio::awaitable<std::optional<CommandAnswer>> Commands::ask(control::Command command,
                                                            std::string_view by, Duration limit) {
  if (waiting_.size() == kMaxCommands) co_return std::nullopt;
  const std::uint64_t request = ++last_request_;
  const bool sent = std::visit(
      [&](auto& message) {
        message.request = request;
        message.by = InlineText<63>::cut(by);
        return channel_.send(message);
      },
      command);
  if (!sent) co_return std::nullopt;
  const auto waiting = std::make_shared<Waiting>(executor_, limit);
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
