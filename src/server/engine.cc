#include "engine.h"

#include <algorithm>
#include <utility>

namespace csvm::server {

namespace {

std::shared_ptr<const std::string> ping_text() {
  static const auto text = std::make_shared<const std::string>("2");
  return text;
}

}  // namespace

std::size_t Outgoing::size_bytes() const {
  std::size_t total = text ? text->size() : 0;
  for (const auto& binary : binaries) total += binary->size();
  return total;
}

EngineSession::EngineSession(std::string sid, std::shared_ptr<EngineServer> server, bool websocket)
    : sid_(std::move(sid)),
      server_(server),
      executor_(server->executor()),
      ping_interval_(server->settings().ping_interval),
      ping_timeout_(server->settings().ping_timeout),
      max_queue_bytes_(server->settings().max_queue_bytes),
      heartbeat_(executor_) {
  state_.with([&](State& state) { state.websocket = websocket; });
}

void EngineSession::open(std::shared_ptr<EngineUser> user) {
  state_.with([&](State& state) {
    if (state.closed) return;
    state.user = std::move(user);
    heartbeat_.expires_after(ping_interval_);
    await_heartbeat(state);
  });
}

void EngineSession::await_heartbeat(State& state) {
  heartbeat_.async_wait(
      [weak = weak_from_this(), number = ++state.heartbeats](boost::system::error_code error) {
        if (const auto self = weak.lock(); self && !error) self->heartbeat(number);
      });
}

void EngineSession::heartbeat(std::uint64_t number) {
  const bool silent = state_.with([&](State& state) {
    if (state.closed || state.heartbeats != number) return false;
    if (state.pinged) return true;
    state.pinged = true;
    state.queue.push_back(Outgoing{ping_text(), {}, {}});
    state.queued_bytes += 1;
    wake(state);
    // From the ping on, not from when we came to it: what is late here is not the peer's time.
    heartbeat_.expires_at(heartbeat_.expiry() + ping_timeout_);
    await_heartbeat(state);
    return false;
  });
  if (silent) close("ping timeout");
}

void EngineSession::wake(State& state) {
  if (const auto waiter = std::exchange(state.waiter, {}).lock()) waiter->wake();
}

bool EngineSession::send(Outgoing outgoing) {
  bool overflow = false;
  const bool taken = state_.with([&](State& state) {
    if (state.closed || state.closing) return false;
    const auto older = std::find_if(state.queue.begin(), state.queue.end(), [&](const auto& known) {
      return !outgoing.replaces.empty() && known.replaces == outgoing.replaces;
    });
    state.queued_bytes += outgoing.size_bytes();
    if (older != state.queue.end()) {
      state.queued_bytes -= older->size_bytes();
      *older = std::move(outgoing);
    } else {
      state.queue.push_back(std::move(outgoing));
    }
    overflow = state.queued_bytes > max_queue_bytes_;
    wake(state);
    return true;
  });
  if (overflow) close("the client reads too slowly");
  return taken && !overflow;
}

void EngineSession::close(std::string_view reason) { close_as(reason, false); }

void EngineSession::close_as(std::string_view reason, bool by_peer) {
  const auto self = shared_from_this();  // the register may hold the last one
  std::shared_ptr<EngineUser> user;
  const bool ended_now = state_.with([&](State& state) {
    if (state.closed) return false;
    state.closed = true;
    state.closed_by_peer = by_peer;
    state.queue.clear();
    state.queued_bytes = 0;
    user = std::move(state.user);
    heartbeat_.cancel();
    wake(state);
    return true;
  });
  if (!ended_now) return;
  if (const auto server = server_.lock()) server->forget(sid_);
  if (user) user->closed(reason);
}

void EngineSession::close_after_sending() {
  const bool nothing_left = state_.with([&](State& state) {
    state.closing = true;
    wake(state);
    return state.queue.empty();
  });
  if (nothing_left) close("server disconnect");
}

bool EngineSession::is_closed() const {
  return state_.with([](State& state) { return state.closed; });
}

EngineSession::Poll EngineSession::answer_poll(State& state, const std::shared_ptr<Waiter>& waiter,
                                               std::string& body) {
  constexpr char separator = '\x1e';
  if (state.closed) {
    // Who has closed it himself gets a packet that says nothing, another learns of it.
    body = state.closed_by_peer ? "6" : "1";
  } else if (!state.queue.empty()) {
    for (const auto& outgoing : state.queue) {
      if (outgoing.text) body.append(*outgoing.text).append(1, separator);
      for (const auto& binary : outgoing.binaries)
        body.append(1, 'b').append(encode_base64(*binary)).append(1, separator);
    }
    body.pop_back();
    state.queue.clear();
    state.queued_bytes = 0;
  } else if (state.closing) {
    // Not in one answer with what it closes after: clients would act on the close first.
    body = "1";
  } else if (state.probed || state.websocket) {
    body = "6";
  } else {
    state.waiter = waiter;
    return Poll::wait;
  }
  state.polling = false;
  return Poll::send;
}

EngineSession::Poll EngineSession::begin_poll(const std::shared_ptr<Waiter>& waiter,
                                              std::string& body) {
  bool twice = false;
  const Poll poll = state_.with([&](State& state) {
    if (state.closed || state.websocket) return Poll::refused;
    twice = state.polling;
    if (twice) return Poll::refused;
    state.polling = true;
    return answer_poll(state, waiter, body);
  });
  if (twice) close("two polling requests at a time");
  if (body == "1") close("server disconnect");
  return poll;
}

EngineSession::Poll EngineSession::continue_poll(const std::shared_ptr<Waiter>& waiter,
                                                 std::string& body) {
  const Poll poll = state_.with([&](State& state) { return answer_poll(state, waiter, body); });
  if (body == "1") close("server disconnect");
  return poll;
}

bool EngineSession::begin_receiving(bool websocket) {
  return state_.with([&](State& state) {
    if (state.closed || state.receiving || state.websocket != websocket) return false;
    state.receiving = true;
    return true;
  });
}

void EngineSession::end_receiving() {
  state_.with([](State& state) { state.receiving = false; });
}

Task<void> EngineSession::receive(EnginePacket packet) {
  switch (packet.type) {
    case EngineType::message: {
      const auto user = state_.with([](State& state) { return state.user; });
      if (user) co_await user->message(std::move(packet));
      co_return;
    }
    case EngineType::pong:
      state_.with([&](State& state) {
        if (state.closed || !state.pinged) return;
        state.pinged = false;
        heartbeat_.expires_after(ping_interval_);
        await_heartbeat(state);
      });
      co_return;
    case EngineType::close:
      close_as("transport close", true);
      co_return;
    case EngineType::open:
    case EngineType::ping:
      close("parse error");
      co_return;
    case EngineType::upgrade:
    case EngineType::noop:
      co_return;
  }
}

bool EngineSession::begin_upgrade() {
  return state_.with([](State& state) {
    if (state.closed || state.closing || state.websocket || state.upgrading) return false;
    return state.upgrading = true;
  });
}

void EngineSession::probed() {
  state_.with([](State& state) {
    state.probed = true;
    wake(state);
  });
}

bool EngineSession::finish_upgrade() {
  return state_.with([](State& state) {
    // A POST that is still being handed in goes first; the client waits for its answer anyway.
    if (state.closed || state.receiving) return false;
    state.websocket = true;
    state.upgrading = false;
    wake(state);
    return true;
  });
}

void EngineSession::abandon_upgrade() {
  state_.with([](State& state) { state.upgrading = state.probed = false; });
}

std::vector<Outgoing> EngineSession::take(const std::weak_ptr<Waiter>& waiter, bool& ended) {
  return state_.with([&](State& state) {
    std::vector<Outgoing> taken = std::exchange(state.queue, {});
    state.queued_bytes = 0;
    ended = state.closed || (taken.empty() && state.closing);
    if (taken.empty() && !ended) state.waiter = waiter;
    return taken;
  });
}

EngineServer::EngineServer(SocketSettings settings, EngineListener& listener)
    : settings_(std::move(settings)), listener_(listener) {}

void EngineServer::start(asio::any_io_executor executor, std::function<std::string()> new_token) {
  executor_ = std::move(executor);
  new_token_ = std::move(new_token);
}

void EngineServer::stop() {
  const auto sessions = state_.with([](State& state) {
    state.stopped = true;
    return state.sessions;
  });
  for (const auto& [sid, session] : sessions) session->close("server shutting down");
}

std::shared_ptr<EngineSession> EngineServer::open(bool websocket, Handshake handshake) {
  auto session = std::make_shared<EngineSession>(new_token_(), shared_from_this(), websocket);
  const bool open = state_.with([&](State& state) {
    if (!state.stopped) state.sessions.emplace(session->sid(), session);
    return !state.stopped;
  });
  if (!open) return nullptr;
  session->open(listener_.opened(session, std::move(handshake)));
  return session;
}

std::shared_ptr<EngineSession> EngineServer::find(std::string_view sid) const {
  return state_.with([&](State& state) {
    const auto found = state.sessions.find(std::string(sid));
    return found == state.sessions.end() ? nullptr : found->second;
  });
}

void EngineServer::forget(const std::string& sid) {
  state_.with([&](State& state) { state.sessions.erase(sid); });
}

std::string EngineServer::open_packet(const EngineSession& session, bool websocket) const {
  return "0{\"sid\":\"" + session.sid() +
         "\",\"upgrades\":" + (websocket ? "[]" : "[\"websocket\"]") +
         ",\"pingInterval\":" + std::to_string(settings_.ping_interval.count()) +
         ",\"pingTimeout\":" + std::to_string(settings_.ping_timeout.count()) +
         ",\"maxPayload\":" + std::to_string(settings_.max_payload_bytes) + "}";
}

}  // namespace csvm::server
