// Socket.IO 5: namespaces, events, acknowledgements and rooms over Engine.IO sessions.
#include <atomic>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "engine.h"
#include "socket_packet.h"

namespace csvm::server {

namespace {

constexpr std::size_t max_attachments = 16;

using Attachments = std::vector<std::string>;

Outgoing outgoing_text(std::string socket_packet) {
  return Outgoing{std::make_shared<const std::string>("4" + std::move(socket_packet)), {}, {}};
}

Outgoing with_attachments(Outgoing outgoing, Attachments attachments) {
  for (auto& bytes : attachments)
    outgoing.binaries.push_back(std::make_shared<const std::string>(std::move(bytes)));
  return outgoing;
}

Outgoing outgoing_event(std::string_view name_space, std::optional<std::uint64_t> id,
                        SocketEvent event) {
  Outgoing outgoing = outgoing_text(
      encode_event(name_space, id, event.attachments.size(), event.name, event.arguments));
  outgoing.replaces = std::move(event.replaces);
  return with_attachments(std::move(outgoing), std::move(event.attachments));
}

Error gone() { return Error{Errc::cancelled, "The client has gone."}; }

class SocketUser;

struct Ask {
  std::unique_ptr<asio::steady_timer> timer;  // touched only while its client is locked
  std::function<void(Result<SocketAnswer>)> answer;
};

}  // namespace

struct SocketClientState {
  std::string id;
  std::string name_space;
  std::string identity;
  std::weak_ptr<EngineSession> session;
  std::weak_ptr<HubState> hub;
  std::weak_ptr<SocketUser> user;
  struct Changing {
    bool gone = false;
    std::set<std::string> rooms;
    std::map<std::uint64_t, Ask> asks;
    std::uint64_t next_ask = 0;
  };
  Guarded<Changing> changing;
};

using ClientPointer = std::shared_ptr<SocketClientState>;

class HubState : public EngineListener, public std::enable_shared_from_this<HubState> {
 public:
  explicit HubState(SocketSettings settings)
      : engine(std::make_shared<EngineServer>(std::move(settings), *this)) {}

  std::shared_ptr<EngineUser> opened(std::shared_ptr<EngineSession> session,
                                     Handshake handshake) override;

  static SocketClient handle(ClientPointer state) {
    SocketClient client;
    client.state_ = std::move(state);
    return client;
  }
  const SocketNamespace* find(const std::string& name_space) const {
    const auto found = namespaces.find(name_space);
    return found == namespaces.end() ? nullptr : &found->second;
  }
  void enter(const ClientPointer& client, const std::string& room) {
    rooms_.with([&](Rooms& rooms) { rooms[key(client->name_space, room)].insert(client); });
  }
  void leave(const ClientPointer& client, const std::string& room) {
    rooms_.with([&](Rooms& rooms) {
      const auto found = rooms.find(key(client->name_space, room));
      if (found == rooms.end()) return;
      found->second.erase(client);
      if (found->second.empty()) rooms.erase(found);
    });
  }
  std::vector<ClientPointer> members(std::string_view name_space, std::string_view room) const {
    return rooms_.with([&](Rooms& rooms) {
      const auto found = rooms.find(key(name_space, room));
      if (found == rooms.end()) return std::vector<ClientPointer>{};
      return std::vector<ClientPointer>(found->second.begin(), found->second.end());
    });
  }

  std::map<std::string, SocketNamespace> namespaces;
  std::shared_ptr<EngineServer> engine;
  std::atomic<std::size_t> clients = 0;

 private:
  using Rooms = std::unordered_map<std::string, std::unordered_set<ClientPointer>>;
  static std::string key(std::string_view name_space, std::string_view room) {
    return std::string(name_space) + '\n' + std::string(room);
  }
  mutable Guarded<Rooms> rooms_;
};

namespace {

// The namespaces of one session.
class SocketUser : public EngineUser, public std::enable_shared_from_this<SocketUser> {
 public:
  SocketUser(std::shared_ptr<HubState> hub, const std::shared_ptr<EngineSession>& session,
             Handshake handshake)
      : hub_(std::move(hub)),
        session_(session),
        handshake_(std::move(handshake)),
        patience_(std::make_unique<asio::steady_timer>(session->executor(),
                                                       hub_->engine->settings().connect_timeout)) {}

  // A session that never enters a namespace is of no use to anybody.
  void await_connect() {
    patience_->async_wait([weak = weak_from_this()](boost::system::error_code error) {
      const auto self = weak.lock();
      if (error || !self || self->state_.with([](State& state) { return state.entered; })) return;
      if (const auto session = self->session_.lock()) session->close("no namespace was entered");
    });
  }

  Task<void> message(EnginePacket packet) override {
    // Named, and on its own: the packet lives in our frame while the handler runs.
    std::optional<Error> error;
    bool failed = false;
    try {
      error = co_await take(std::move(packet));
    } catch (const std::exception&) {
      failed = true;
    }
    if (!error && !failed) co_return;
    if (const auto session = session_.lock())
      session->close(failed ? "server error" : "parse error");
  }

  void closed(std::string_view reason) override {
    const auto clients = state_.with([](State& state) {
      state.closed = true;
      state.entered = true;
      return std::exchange(state.clients, {});
    });
    for (const auto& [name_space, client] : clients) part(client, reason);
  }

  void disconnect(const std::string& name_space) {
    const bool last = state_.with([&](State& state) {
      return state.clients.size() == 1 && state.clients.contains(name_space);
    });
    const auto session = session_.lock();
    if (session) session->send(outgoing_text(encode_disconnect(name_space)));
    leave(name_space, "server namespace disconnect");
    if (session && last) session->close_after_sending();
  }

 private:
  struct State {
    std::map<std::string, ClientPointer> clients;  // by namespace
    bool entered = false;
    bool closed = false;
  };

  Task<std::optional<Error>> take(EnginePacket received) {
    if (waiting_) {
      if (!received.binary) co_return Error{Errc::invalid_input, "an attachment is missing"};
      attached_bytes_ += received.data.size();
      if (attached_bytes_ > hub_->engine->settings().max_payload_bytes)
        co_return Error{Errc::limit_exceeded, "the attachments are too long"};
      attachments_.push_back(std::move(received.data));
    } else {
      if (received.binary) co_return Error{Errc::invalid_input, "an attachment of nothing"};
      auto packet = decode_socket_packet(received.data, max_attachments);
      if (!packet) co_return std::move(packet).error();
      waiting_ = std::move(*packet);
    }
    if (attachments_.size() < waiting_->attachments) co_return std::nullopt;
    SocketPacket packet = std::move(*waiting_);
    Attachments attachments = std::exchange(attachments_, {});
    waiting_.reset();
    attached_bytes_ = 0;
    co_return co_await handle(std::move(packet), std::move(attachments));
  }

  Task<std::optional<Error>> handle(SocketPacket packet, Attachments attachments) {
    if (packet.type == SocketType::connect) {
      co_await connect(std::move(packet));
      co_return std::nullopt;
    }
    const auto client = state_.with([&](State& state) {
      const auto found = state.clients.find(packet.name_space);
      return found == state.clients.end() ? nullptr : found->second;
    });
    if (!client) {
      // It may cross our own disconnect on its way.
      co_return std::nullopt;
    }
    switch (packet.type) {
      case SocketType::event:
      case SocketType::binary_event:
        co_await event(client, std::move(packet), std::move(attachments));
        break;
      case SocketType::ack:
      case SocketType::binary_ack:
        answered(client, *packet.id,
                 SocketAnswer{{}, std::move(packet.json), std::move(attachments), {}});
        break;
      case SocketType::disconnect:
        leave(packet.name_space, "client namespace disconnect");
        break;
      case SocketType::connect:
      case SocketType::connect_error:
        break;
    }
    co_return std::nullopt;
  }

  Task<void> connect(SocketPacket packet) {
    const auto session = session_.lock();
    if (!session) co_return;
    const SocketNamespace* handlers = hub_->find(packet.name_space);
    if (handlers == nullptr) {
      session->send(outgoing_text(encode_refused(packet.name_space, "Invalid namespace")));
      co_return;
    }
    const bool twice =
        state_.with([&](State& state) { return state.clients.contains(packet.name_space); });
    if (twice) co_return;
    Result<std::string> identity = std::string();
    if (handlers->connect) {
      SocketConnect request{packet.name_space, packet.json, handshake_.cookie_header,
                            handshake_.client_address};
      identity = co_await handlers->connect(std::move(request));
    }
    if (!identity) {
      session->send(outgoing_text(encode_refused(packet.name_space, identity.error().message)));
      co_return;
    }
    const auto client = std::make_shared<SocketClientState>();
    client->id = hub_->engine->new_id();
    client->name_space = packet.name_space;
    client->identity = std::move(*identity);
    client->session = session;
    client->hub = hub_;
    client->user = weak_from_this();
    const bool in = state_.with([&](State& state) {
      if (state.closed) return false;
      state.entered = true;
      return state.clients.emplace(packet.name_space, client).second;
    });
    if (!in) co_return;
    patience_.reset();
    ++hub_->clients;
    session->send(outgoing_text(encode_connected(packet.name_space, client->id)));
    if (handlers->connected) handlers->connected(HubState::handle(client));
  }

  Task<void> event(ClientPointer client, SocketPacket packet, Attachments attachments) {
    const SocketNamespace* handlers = hub_->find(packet.name_space);
    if (!handlers->event) co_return;
    SocketClient handle = HubState::handle(client);
    SocketEvent event{std::move(packet.event), std::move(packet.json), std::move(attachments), {}};
    SocketAnswer answer = co_await handlers->event(std::move(handle), std::move(event));
    const auto session = session_.lock();
    if (!packet.id || !session) co_return;
    Outgoing outgoing = outgoing_text(
        encode_ack(packet.name_space, *packet.id, answer.attachments.size(), answer.arguments));
    session->send(with_attachments(std::move(outgoing), std::move(answer.attachments)));
  }

  static void answered(const ClientPointer& client, std::uint64_t id, SocketAnswer answer) {
    const auto ask = client->changing.with([&](SocketClientState::Changing& changing) {
      std::optional<Ask> found;
      if (auto node = changing.asks.extract(id)) found = std::move(node.mapped());
      return found;
    });
    if (ask) ask->answer(std::move(answer));
  }

  void leave(const std::string& name_space, std::string_view reason) {
    const auto node = state_.with([&](State& state) { return state.clients.extract(name_space); });
    if (node) part(node.mapped(), reason);
  }

  // Takes a client that is in no register any more out of everything else.
  void part(const ClientPointer& client, std::string_view reason) {
    std::map<std::uint64_t, Ask> asks;
    std::set<std::string> rooms;
    client->changing.with([&](SocketClientState::Changing& changing) {
      changing.gone = true;
      asks = std::exchange(changing.asks, {});
      rooms = std::exchange(changing.rooms, {});
    });
    for (const auto& room : rooms) hub_->leave(client, room);
    --hub_->clients;
    for (const auto& [id, ask] : asks) ask.answer(gone());
    const SocketNamespace* handlers = hub_->find(client->name_space);
    if (handlers->disconnected) handlers->disconnected(HubState::handle(client), reason);
  }

  const std::shared_ptr<HubState> hub_;
  const std::weak_ptr<EngineSession> session_;
  const Handshake handshake_;
  std::unique_ptr<asio::steady_timer> patience_;  // until a namespace was entered
  Guarded<State> state_;
  // Of a packet whose attachments are still coming; messages come one at a time.
  std::optional<SocketPacket> waiting_;
  Attachments attachments_;
  std::size_t attached_bytes_ = 0;
};

}  // namespace

std::shared_ptr<EngineUser> HubState::opened(std::shared_ptr<EngineSession> session,
                                             Handshake handshake) {
  auto user = std::make_shared<SocketUser>(shared_from_this(), session, std::move(handshake));
  user->await_connect();
  return user;
}

const std::string& SocketClient::id() const { return state_->id; }
const std::string& SocketClient::identity() const { return state_->identity; }

bool SocketClient::emit(SocketEvent event) const {
  const auto session = state_->session.lock();
  const bool gone = state_->changing.with([](auto& changing) { return changing.gone; });
  return session && !gone &&
         session->send(outgoing_event(state_->name_space, std::nullopt, std::move(event)));
}

bool SocketClient::ask(SocketEvent event, std::chrono::milliseconds timeout,
                       std::function<void(Result<SocketAnswer>)> answer) const {
  const auto session = state_->session.lock();
  if (!session) return false;
  const auto id = state_->changing.with([&](auto& changing) -> std::optional<std::uint64_t> {
    if (changing.gone) return std::nullopt;
    const std::uint64_t number = changing.next_ask++;
    auto timer = std::make_unique<asio::steady_timer>(session->executor(), timeout);
    timer->async_wait([weak = std::weak_ptr(state_), number](boost::system::error_code error) {
      const auto client = weak.lock();
      if (error || !client) return;
      auto ask = client->changing.with([&](auto& now) { return now.asks.extract(number); });
      if (ask)
        ask.mapped().answer(Error{Errc::timeout, "The client did not acknowledge the event."});
    });
    changing.asks.emplace(number, Ask{std::move(timer), std::move(answer)});
    return number;
  });
  if (!id) return false;
  session->send(outgoing_event(state_->name_space, *id, std::move(event)));
  return true;
}

bool SocketClient::join(std::string room) const {
  const auto hub = state_->hub.lock();
  if (!hub) return false;
  return state_->changing.with([&](auto& changing) {
    if (changing.gone) return false;
    hub->enter(state_, room);
    changing.rooms.insert(std::move(room));
    return true;
  });
}

bool SocketClient::leave(const std::string& room) const {
  const auto hub = state_->hub.lock();
  const bool was_in =
      state_->changing.with([&](auto& changing) { return changing.rooms.erase(room) > 0; });
  if (hub && was_in) hub->leave(state_, room);
  return was_in;
}

void SocketClient::disconnect() const {
  if (const auto user = state_->user.lock()) user->disconnect(state_->name_space);
}

SocketHub::SocketHub(SocketSettings settings)
    : state_(std::make_shared<HubState>(std::move(settings))) {}

SocketHub::~SocketHub() { state_->engine->stop(); }

void SocketHub::on(std::string name_space, SocketNamespace handlers) {
  state_->namespaces.insert_or_assign(std::move(name_space), std::move(handlers));
}

void SocketHub::emit(std::string_view name_space, std::string_view room, const SocketEvent& event) {
  const auto clients = state_->members(name_space, room);
  if (clients.empty()) return;
  // Encoded once; each queue holds a pointer to it.
  const Outgoing outgoing = outgoing_event(name_space, std::nullopt, event);
  for (const auto& client : clients)
    if (const auto session = client->session.lock()) session->send(outgoing);
}

void SocketHub::disconnect_room(std::string_view name_space, std::string_view room) {
  for (const auto& client : state_->members(name_space, room))
    HubState::handle(client).disconnect();
}

std::size_t SocketHub::clients() const { return state_->clients; }

std::shared_ptr<EngineServer> engine_of(SocketHub& hub) { return hub.state_->engine; }

}  // namespace csvm::server
