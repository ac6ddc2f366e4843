#include "listener.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace csvm::store::redis {
namespace {

constexpr int first_wait_ms = 20;
constexpr int longest_wait_ms = 1000;

}  // namespace

Listener::Listener(Target target, std::vector<std::string> channels, Hooks hooks)
    : target_(std::move(target)),
      channels_(std::move(channels)),
      hooks_(std::move(hooks)),
      ends_(::eventfd(0, EFD_CLOEXEC)) {}

Result<std::unique_ptr<Listener>> Listener::start(Target target, std::vector<std::string> channels,
                                                  Hooks hooks) {
  std::unique_ptr<Listener> made(
      new Listener(std::move(target), std::move(channels), std::move(hooks)));
  auto connection = CSVM_TRY(made->subscribe());
  made->thread_ =
      std::thread([listener = made.get(), connection = std::move(connection)]() mutable {
        listener->listen(std::move(connection));
      });
  return made;
}

Listener::~Listener() {
  const std::uint64_t one = 1;
  while (::write(ends_, &one, sizeof one) < 0) {
  }
  if (thread_.joinable()) thread_.join();
  ::close(ends_);
}

bool Listener::wait(int milliseconds) {
  pollfd end{ends_, POLLIN, 0};
  return ::poll(&end, 1, milliseconds) <= 0;
}

Result<std::unique_ptr<Connection>> Listener::subscribe() const {
  auto connection = CSVM_TRY(Connection::open(target_));
  std::vector<std::string_view> words = {"SUBSCRIBE"};
  words.insert(words.end(), channels_.begin(), channels_.end());
  const auto answer = CSVM_TRY(connection->run(words));  // of the first; the others follow
  if (answer.root().is_error()) return error_of(answer.root().text());
  return connection;
}

void Listener::listen(std::unique_ptr<Connection> connection) {
  int wait_ms = 0;
  for (bool is_first = true;; is_first = false) {
    if (connection) {
      if (!is_first) hooks_.missed();
      wait_ms = 0;
      if (!hear(*connection)) return;
    }
    if (!wait(wait_ms)) return;
    wait_ms = std::clamp(wait_ms * 2, first_wait_ms, longest_wait_ms);
    auto again = subscribe();
    connection = again ? *std::move(again) : nullptr;
  }
}

bool Listener::hear(Connection& connection) {
  for (;;) {
    while (const auto message = connection.next()) {
      if (message->root()[0].text() == "message") hooks_.heard(message->root());
    }
    std::array<pollfd, 2> looks = {pollfd{ends_, POLLIN, 0},
                                   pollfd{connection.descriptor(), POLLIN, 0}};
    if (::poll(looks.data(), looks.size(), -1) < 0) continue;
    if (looks[0].revents != 0) return false;
    if (looks[1].revents != 0 && !connection.receive()) return true;
  }
}

}  // namespace csvm::store::redis
