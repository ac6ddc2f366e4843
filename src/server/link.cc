#include "link.h"

#include <boost/asio/bind_cancellation_slot.hpp>

namespace csvm::server {

void Links::add(Link* link) {
  state_.with([&](State& state) { state.open.insert(link); });
}

void Links::remove(Link* link) {
  state_.with([&](State& state) {
    state.open.erase(link);
    if (state.open.empty() && state.awaited && !state.told) {
      state.told = true;
      state.empty.set_value();
    }
  });
}

std::size_t Links::count() const {
  return state_.with([](State& state) { return state.open.size(); });
}

void Links::for_each(const std::function<void(const std::shared_ptr<Link>&)>& use) const {
  std::vector<std::shared_ptr<Link>> alive;
  state_.with([&](State& state) {
    // A link in its destructor waits for this lock; its weak pointer is already empty.
    for (Link* link : state.open)
      if (auto shared = link->weak_from_this().lock()) alive.push_back(std::move(shared));
  });
  for (const auto& link : alive) use(link);
}

std::future<void> Links::when_empty() {
  return state_.with([](State& state) {
    state.awaited = true;
    if (state.open.empty()) {
      state.told = true;
      state.empty.set_value();
    }
    return state.empty.get_future();
  });
}

Link::Link(asio::ip::tcp::socket accepted, Links& links)
    : socket(std::move(accepted)), links_(links), timer_(socket.get_executor()) {
  boost::system::error_code ignored;
  socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  const auto peer = socket.remote_endpoint(ignored);
  if (!ignored) peer_address = peer.address().to_string();
  links_.add(this);
}

Link::~Link() { links_.remove(this); }

void Link::allow(std::chrono::milliseconds time) {
  expired_ = false;
  timer_.expires_after(time);
  timer_.async_wait([weak = weak_from_this(), turn = ++turn_](boost::system::error_code error) {
    const auto self = weak.lock();
    if (error || !self || self->turn_ != turn) return;
    self->expired_ = true;
    boost::system::error_code ignored;
    self->socket.cancel(ignored);
  });
}

void Link::allow_forever() {
  ++turn_;
  expired_ = false;
  timer_.cancel();
}

void Link::watch(std::function<void()> lost) {
  socket.async_wait(asio::ip::tcp::socket::wait_read,
                    asio::bind_cancellation_slot(
                        unwatch_.slot(), [weak = weak_from_this(), turn = ++watch_turn_,
                                          lost = std::move(lost)](boost::system::error_code error) {
                          const auto self = weak.lock();
                          if (!self || self->watch_turn_ != turn) return;
                          boost::system::error_code no_more;
                          if (!error && self->socket.available(no_more) > 0 && !no_more) return;
                          lost();
                        }));
}

void Link::unwatch() {
  ++watch_turn_;
  unwatch_.emit(asio::cancellation_type::terminal);
}

void Link::cut() {
  cut_ = true;
  boost::system::error_code ignored;
  timer_.cancel();
  ++turn_;
  socket.close(ignored);
  stop.emit(asio::cancellation_type::terminal);
}

}  // namespace csvm::server
