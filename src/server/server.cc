#include "csvm/server.h"

#include <spdlog/logger.h>

#include <atomic>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <thread>

#include "connection.h"
#include "engine.h"

namespace csvm::server {

namespace {

using tcp = asio::ip::tcp;
constexpr std::chrono::milliseconds pause_without_descriptors{100};
constexpr std::chrono::milliseconds lag_look{500};

// Ends a connection that there is no room for, without a coroutine for it.
void turn_away(tcp::socket socket) {
  constexpr std::string_view answer =
      "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\n"
      "Connection: close\r\n\r\n";
  boost::system::error_code ignored;
  socket.non_blocking(true, ignored);
  socket.write_some(asio::buffer(answer), ignored);
  socket.shutdown(tcp::socket::shutdown_both, ignored);
}

Task<void> accept_connections(std::shared_ptr<tcp::acceptor> acceptor,
                              std::shared_ptr<Shared> shared, asio::io_context& loop) {
  while (!shared->stopping) {
    const auto strand = asio::make_strand(loop);
    auto [error, socket] = co_await acceptor->async_accept(strand, use_result);
    if (!acceptor->is_open()) co_return;
    if (error) {
      // Out of descriptors, mostly: what is open has to end first.
      asio::steady_timer timer(loop, pause_without_descriptors);
      co_await timer.async_wait(use_result);
      continue;
    }
    if (shared->links.count() >= shared->settings.max_connections) {
      turn_away(std::move(socket));
      continue;
    }
    auto link = std::make_shared<Link>(std::move(socket), shared->links);
    auto slot = link->stop.slot();
    asio::co_spawn(strand, serve_connection(link, shared),
                   asio::bind_cancellation_slot(slot, [link](std::exception_ptr) {
                     // A WebSocket keeps the link.
                     link->stop.slot().clear();
                   }));
  }
}

Task<void> watch_lag(std::shared_ptr<Shared> shared, std::shared_ptr<asio::steady_timer> timer,
                     std::shared_ptr<std::atomic<std::int64_t>> lag_ns) {
  while (!shared->stopping) {
    timer->expires_after(lag_look);
    auto [error] = co_await timer->async_wait(use_result);
    if (error) co_return;
    *lag_ns = std::chrono::nanoseconds(shared->environment.now() - timer->expiry()).count();
  }
}

}  // namespace

class ServerState {
 public:
  ServerState(ServerSettings settings, Proxies proxies, const Router& router,
              Environment environment)
      : threads(std::max(1U, settings.io_threads)),
        loop(static_cast<int>(threads)),
        work(loop.get_executor()),
        shared(std::make_shared<Shared>(std::move(settings), std::move(proxies), router,
                                        std::move(environment))),
        acceptor(std::make_shared<tcp::acceptor>(loop)),
        lag_timer(std::make_shared<asio::steady_timer>(loop)),
        lag_ns(std::make_shared<std::atomic<std::int64_t>>(0)) {}

  Result<void> listen() {
    const auto& settings = shared->settings;
    boost::system::error_code error;
    const auto address = asio::ip::make_address(settings.host, error);
    const auto fail = [&](std::string_view step) {
      return Error{Errc::io, "cannot " + std::string(step) + " " + settings.host + ":" +
                                 std::to_string(settings.port) + ": " + error.message()};
    };
    if (error) return Error{Errc::invalid_input, "'" + settings.host + "' is not an IP address"};
    const tcp::endpoint endpoint(address, settings.port);
    acceptor->open(endpoint.protocol(), error);
    if (error) return fail("open a socket for");
    acceptor->set_option(tcp::acceptor::reuse_address(true), error);
    acceptor->bind(endpoint, error);
    if (error) return fail("listen on");
    acceptor->listen(asio::socket_base::max_listen_connections, error);
    if (error) return fail("listen on");
    port = acceptor->local_endpoint(error).port();
    return {};
  }

  void run() {
    for (const auto& [path, engine] : shared->routes.all_sockets())
      engine->start(loop.get_executor(), shared->environment.new_token);
    asio::co_spawn(loop, accept_connections(acceptor, shared, loop), log_failure("accepting"));
    asio::co_spawn(loop, watch_lag(shared, lag_timer, lag_ns), log_failure("watching the loop"));
    for (unsigned i = 0; i < threads; ++i) running.emplace_back([this] { run_loop(); });
  }

  bool stop(std::chrono::milliseconds limit) {
    if (stopped.exchange(true)) return whole;
    shared->stopping = true;
    // The timer and the acceptor belong to coroutines that run on any io thread.
    asio::post(loop, [this] {
      boost::system::error_code ignored;
      acceptor->close(ignored);
      lag_timer->cancel();
    });
    for (const auto& [path, engine] : shared->routes.all_sockets()) engine->stop();
    auto empty = shared->links.when_empty();
    shared->links.for_each([](const std::shared_ptr<Link>& link) {
      asio::post(link->executor(), [link] {
        boost::system::error_code ignored;
        if (link->idle) link->socket.cancel(ignored);
      });
    });
    whole = empty.wait_for(limit) == std::future_status::ready;
    if (!whole) {
      shared->links.for_each([](const std::shared_ptr<Link>& link) {
        asio::post(link->executor(), [link] { link->cut(); });
      });
      // Work in the pool that a handler waits for refers to the loop: it has to come back first.
      empty.wait();
    }
    work.reset();
    for (auto& thread : running) thread.join();
    return whole;
  }

  unsigned threads;
  asio::io_context loop;
  asio::executor_work_guard<asio::io_context::executor_type> work;
  std::shared_ptr<Shared> shared;
  std::shared_ptr<tcp::acceptor> acceptor;
  std::shared_ptr<asio::steady_timer> lag_timer;
  std::shared_ptr<std::atomic<std::int64_t>> lag_ns;
  std::vector<std::thread> running;
  std::uint16_t port = 0;
  std::atomic<bool> stopped = false;
  std::atomic<bool> whole = true;

 private:
  void run_loop() {
    while (true) {
      try {
        loop.run();
        return;
      } catch (const std::exception& error) {
        // From a callback of a hub: one client's misfortune is not everybody's.
        report(error.what());
      }
    }
  }
  void report(std::string_view what) {
    if (shared->environment.log) shared->environment.log->error("on an io thread: {}", what);
  }
  std::function<void(std::exception_ptr)> log_failure(std::string name) {
    return [this, name = std::move(name)](std::exception_ptr failure) {
      try {
        if (failure) std::rethrow_exception(failure);
      } catch (const std::exception& error) {
        report(name + ": " + error.what());
      }
    };
  }
};

Result<std::unique_ptr<Server>> Server::start(ServerSettings settings, Router router,
                                              Environment environment) {
  Proxies proxies = CSVM_TRY(Proxies::parse(settings.trusted_proxies));
  std::unique_ptr<Server> server(new Server());
  server->state_ = std::make_unique<ServerState>(std::move(settings), std::move(proxies), router,
                                                 std::move(environment));
  CSVM_CHECK(server->state_->listen());
  server->state_->run();
  return server;
}

Server::~Server() {
  if (state_ && state_->running.size() > 0) state_->stop(std::chrono::milliseconds{0});
}

std::uint16_t Server::port() const { return state_->port; }

Task<void>::executor_type Server::executor() const { return state_->loop.get_executor(); }

ServerFigures Server::figures() const {
  return ServerFigures{state_->shared->links.count(), state_->shared->requests,
                       std::chrono::nanoseconds{*state_->lag_ns}};
}

bool Server::stop(std::chrono::milliseconds limit) { return state_->stop(limit); }

}  // namespace csvm::server
