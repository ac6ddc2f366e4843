// Engine.IO and Socket.IO on the wire. The stock client is driven by tests/service/.
#include <atomic>
#include <future>
#include <thread>

#include "loopback.h"

namespace csvm::server {
namespace {

using namespace std::chrono_literals;

const std::string base = "/socket.io/?EIO=4&transport=polling";

// Just enough of RFC 6455 for short frames.
class WebSocketClient {
 public:
  explicit WebSocketClient(std::uint16_t port, const std::string& query = "",
                           const std::string& headers = "")
      : client_(port) {
    client_.send("GET /socket.io/?EIO=4&transport=websocket" + query +
                 " HTTP/1.1\r\nHost: test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
                 headers + "\r\n");
    status = client_.read_answer(true).status;
  }
  void send(const std::string& text, char code = '\x1') { client_.send(frame(text, code)); }
  void send_bytes(const std::string& bytes) { client_.send(bytes); }
  static std::string frame(const std::string& text, char code = '\x1', bool is_last = true) {
    std::string frame(1, static_cast<char>((is_last ? 0x80 : 0) | code));
    if (text.size() < 126) {
      frame += static_cast<char>(0x80 | text.size());
    } else {
      frame += static_cast<char>(0x80 | 126);
      frame += static_cast<char>(text.size() >> 8);
      frame += static_cast<char>(text.size() & 255);
    }
    return frame + std::string(4, '\0') + text;  // masked with zeros
  }
  /// The next message, "close" for a close frame or a cut connection.
  std::string read() {
    try {
      const std::string head = client_.read_bytes(2);
      std::size_t size = static_cast<unsigned char>(head[1]);
      if (size >= 126) {
        const std::string more = client_.read_bytes(size == 126 ? 2 : 8);
        size = 0;
        for (const char c : more) size = size << 8 | static_cast<unsigned char>(c);
      }
      const std::string text = client_.read_bytes(size);
      return (head[0] & 15) == 8 ? "close" : text;
    } catch (const std::runtime_error&) {
      return "close";
    }
  }
  std::string connect() {
    read();
    send("40");
    return read();
  }
  void cut() { client_.cut(); }
  int status = 0;

 private:
  Client client_;
};

Task<Result<std::string>> by_cookie(SocketConnect connect) {
  if (connect.cookie_header.find("evil") != std::string::npos)
    co_return Error{Errc::refused, "no session"};
  co_return connect.cookie_header + connect.auth;
}

Task<SocketAnswer> echo(SocketClient client, SocketEvent event) {
  SocketAnswer answer;
  if (event.name == "throw") throw std::runtime_error("broken handler");
  if (event.name == "ack") {
    answer = std::move(event);
  } else {
    event.name += "-back";
    client.emit(std::move(event));
  }
  co_return answer;
}

// A hub whose events are told to the test.
class Sockets : public testing::Test {
 protected:
  void start(SocketSettings settings = {}) {
    hub = std::make_unique<SocketHub>(settings);
    SocketNamespace handlers;
    handlers.connect = by_cookie;
    handlers.event = echo;
    handlers.connected = [this](SocketClient client) {
      client.join("all");
      if (!connected_told.exchange(true)) connected.set_value(client);
    };
    handlers.disconnected = [this](SocketClient, std::string_view reason) {
      if (!disconnected_told.exchange(true)) disconnected.set_value(std::string(reason));
    };
    hub->on("/", handlers);
    Router router;
    router.add_sockets("/socket.io/", *hub);
    server = std::make_unique<TestServer>(std::move(router));
  }
  std::uint16_t port() { return (*server)->port(); }
  std::string open_polling() {
    const std::string body = Client(port()).get(base).body;
    const auto sid = body.find("\"sid\":\"") + 7;
    return body.substr(sid, body.find('"', sid) - sid);
  }
  Answer poll(const std::string& sid) { return Client(port()).get(base + "&sid=" + sid); }
  Answer push(const std::string& sid, const std::string& body) {
    return Client(port()).post(base + "&sid=" + sid, body);
  }

  std::promise<SocketClient> connected;
  std::promise<std::string> disconnected;
  std::atomic<bool> connected_told = false;
  std::atomic<bool> disconnected_told = false;
  std::unique_ptr<SocketHub> hub;
  std::unique_ptr<TestServer> server;
};

TEST_F(Sockets, OpenByPolling) {
  start();
  const Answer answer = Client(port()).get(base);
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.body.starts_with("0{\"sid\":\"token-"));
  EXPECT_TRUE(
      answer.body.ends_with("\"upgrades\":[\"websocket\"],\"pingInterval\":25000,"
                            "\"pingTimeout\":20000,\"maxPayload\":65536}"));
  for (const std::string wrong :
       {"/socket.io/?EIO=3&transport=polling", "/socket.io/?transport=polling", "/socket.io/?EIO=4",
        "/socket.io/?EIO=4&transport=websocket", "/socket.io/?EIO=4&transport=polling&sid=none"})
    EXPECT_EQ(Client(port()).get(wrong).status, 400) << wrong;
  EXPECT_EQ(Client(port()).post(base, "").status, 400);
}

TEST_F(Sockets, EchoByPolling) {
  start();
  const std::string sid = open_polling();
  EXPECT_EQ(push(sid, "40{\"a\":1}").body, "ok");
  EXPECT_TRUE(poll(sid).body.starts_with("40{\"sid\":\"token-"));
  EXPECT_EQ(connected.get_future().get().identity(), "{\"a\":1}");
  EXPECT_EQ(push(sid,
                 "42[\"m\",1]\x1e"
                 "451-[\"n\",{\"_placeholder\":true,\"num\":0}]\x1e"
                 "bAQID\x1e"
                 "4212[\"ack\",\"x\"]")
                .body,
            "ok");
  EXPECT_EQ(poll(sid).body,
            "42[\"m-back\",1]\x1e"
            "451-[\"n-back\",{\"_placeholder\":true,\"num\":0}]\x1e"
            "bAQID\x1e"
            "4312[\"x\"]");
}

TEST_F(Sockets, HoldAPollUntilThereIsSomethingToSay) {
  start();
  const std::string sid = open_polling();
  push(sid, "40");
  poll(sid);
  Client waiting(port());
  waiting.send("GET " + base + "&sid=" + sid + " HTTP/1.1\r\nHost: t\r\n\r\n");
  std::thread([&] { hub->emit("/", "all", SocketEvent{"news", "[1]", {}, {}}); }).join();
  EXPECT_EQ(waiting.read_answer().body, "42[\"news\",1]");
}

TEST_F(Sockets, EndASessionWhosePollIsCutOrDoubled) {
  start();
  const std::string sid = open_polling();
  push(sid, "40");
  poll(sid);
  {
    Client waiting(port());
    waiting.send("GET " + base + "&sid=" + sid + " HTTP/1.1\r\nHost: t\r\n\r\n");
  }
  EXPECT_EQ(disconnected.get_future().get(), "transport error");
  EXPECT_EQ(poll(sid).status, 400);

  const std::string other = open_polling();
  Client first(port());
  first.send("GET " + base + "&sid=" + other + " HTTP/1.1\r\nHost: t\r\n\r\n");
  // Which of the two comes first is open; one gets the close packet, the other is refused.
  const Answer second = Client(port()).get(base + "&sid=" + other);
  const Answer one = first.read_answer();
  EXPECT_EQ(second.status + one.status, 600);
  EXPECT_EQ(one.status == 200 ? one.body : second.body, "1");
}

TEST_F(Sockets, EndASessionThatSendsNonsense) {
  start();
  const std::string sid = open_polling();
  EXPECT_EQ(push(sid, "abc").status, 400);
  EXPECT_EQ(poll(sid).status, 400);
  for (const std::string wrong : {"4abc", "42{}", "42abc[\"m\"]", "451-[\"a\"]", "x"}) {
    WebSocketClient socket(port());
    socket.connect();
    socket.send(wrong);
    if (wrong == "451-[\"a\"]") socket.send("42[\"instead of bytes\"]");
    EXPECT_EQ(socket.read(), "close") << wrong;
  }
  WebSocketClient socket(port());
  socket.connect();
  socket.send("abc", '\x2');
  EXPECT_EQ(socket.read(), "close") << "bytes that nothing announced";
}

TEST_F(Sockets, EndASessionThatSendsTooMuch) {
  SocketSettings settings;
  settings.max_payload_bytes = 1000;
  start(settings);
  const std::string sid = open_polling();
  EXPECT_EQ(push(sid, "4" + std::string(1000, 'x')).status, 413);
  WebSocketClient socket(port());
  socket.connect();
  socket.send("42[\"m\",\"" + std::string(1000, 'x') + "\"]");
  EXPECT_EQ(socket.read(), "close");
}

TEST_F(Sockets, RefuseForeignOriginsOnBothTransports) {
  SocketSettings settings;
  settings.allowed_origins = {"https://ours.example"};
  start(settings);
  for (const auto& [headers, status] :
       std::vector<std::pair<std::string, int>>{{"Origin: https://evil.example\r\n", 403},
                                                {"Origin: null\r\n", 403},
                                                {"Sec-Fetch-Site: cross-site\r\n", 403},
                                                {"Origin: http://test\r\n", 200},
                                                {"Origin: https://ours.example\r\n", 200}}) {
    EXPECT_EQ(Client(port()).get(base, headers).status, status) << headers;
    EXPECT_EQ(WebSocketClient(port(), "", headers).status, status == 200 ? 101 : status) << headers;
  }
}

TEST_F(Sockets, EchoByWebSocket) {
  start();
  WebSocketClient socket(port(), "", "Cookie: sid=7\r\n");
  EXPECT_TRUE(socket.connect().starts_with("40{\"sid\":\"token-"));
  EXPECT_EQ(connected.get_future().get().identity(), "sid=7{}");
  socket.send("42[\"m\",1]");
  EXPECT_EQ(socket.read(), "42[\"m-back\",1]");
  socket.send("451-3[\"ack\",{\"_placeholder\":true,\"num\":0}]");
  socket.send("abc", '\x2');
  EXPECT_EQ(socket.read(), "461-3[{\"_placeholder\":true,\"num\":0}]");
  EXPECT_EQ(socket.read(), "abc");
  socket.send("40/none,");
  EXPECT_EQ(socket.read(), "44/none,{\"message\":\"Invalid namespace\"}");
  EXPECT_EQ(hub->clients(), 1U);
  socket.send("41");
  EXPECT_EQ(disconnected.get_future().get(), "client namespace disconnect");
  EXPECT_EQ(hub->clients(), 0U);
}

// The first bytes of a message are read apart from the rest; several may come in one segment.
TEST_F(Sockets, TakeMessagesOfAnyLengthInTheirOrder) {
  start();
  WebSocketClient socket(port());
  socket.connect();
  std::string all;
  const std::vector<std::size_t> lengths = {0, 1, 110, 111, 112, 113, 114, 115, 300, 5'000, 60'000};
  for (const std::size_t length : lengths)
    all += WebSocketClient::frame("42[\"x\",\"" + std::string(length, 'a') + "\"]");
  socket.send_bytes(all);
  for (const std::size_t length : lengths)
    EXPECT_EQ(socket.read(), "42[\"x-back\",\"" + std::string(length, 'a') + "\"]");
}

TEST_F(Sockets, TakeAMessageInFragmentsWithAPingBetweenThem) {
  start();
  WebSocketClient socket(port());
  socket.connect();
  constexpr char text = 1, more = 0, ping = 9;
  socket.send_bytes(WebSocketClient::frame("42[\"x\"," + std::string(200, ' '), text, false));
  socket.send_bytes(WebSocketClient::frame("you there?", ping));
  EXPECT_EQ(socket.read(), "you there?") << "the pong";
  socket.send_bytes(WebSocketClient::frame("1]", more));
  EXPECT_TRUE(socket.read().starts_with("42[\"x-back\""));
}

TEST_F(Sockets, UpgradeWithoutLosingAMessage) {
  start();
  const std::string sid = open_polling();
  push(sid, "40");
  poll(sid);
  Client waiting(port());
  waiting.send("GET " + base + "&sid=" + sid + " HTTP/1.1\r\nHost: t\r\n\r\n");
  WebSocketClient socket(port(), "&sid=" + sid);
  socket.send("2probe");
  EXPECT_EQ(socket.read(), "3probe");
  EXPECT_EQ(waiting.read_answer().body, "6");
  hub->emit("/", "all", SocketEvent{"between", "[]", {}, {}});
  socket.send("5");
  EXPECT_EQ(socket.read(), "42[\"between\"]");
  EXPECT_EQ(poll(sid).status, 400);
  WebSocketClient again(port(), "&sid=" + sid);
  EXPECT_EQ(again.read(), "close");
  socket.send("42[\"m\"]");
  EXPECT_EQ(socket.read(), "42[\"m-back\"]");
}

TEST_F(Sockets, StayWithPollingWhenTheUpgradeFails) {
  start();
  const std::string sid = open_polling();
  push(sid, "40");
  poll(sid);
  {
    WebSocketClient socket(port(), "&sid=" + sid);
    socket.send("2wrong");
    EXPECT_EQ(socket.read(), "close");
  }
  push(sid, "42[\"m\"]");
  EXPECT_EQ(poll(sid).body, "42[\"m-back\"]");
}

TEST_F(Sockets, RefuseWhomTheApplicationRefuses) {
  start();
  WebSocketClient socket(port(), "", "Cookie: evil=1\r\n");
  EXPECT_EQ(socket.connect(), "44{\"message\":\"no session\"}");
}

TEST_F(Sockets, PingWhoAnswersAgainAndAgain) {
  SocketSettings settings;
  settings.ping_interval = 20ms;
  start(settings);
  const std::string sid = open_polling();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(poll(sid).body, "2");
    EXPECT_EQ(push(sid, "3").body, "ok");
  }
}

TEST_F(Sockets, EndWhoDoesNotAnswerAPing) {
  SocketSettings settings;
  settings.ping_interval = 1000ms;  // long enough to be let in before, even on a busy machine
  settings.ping_timeout = 20ms;
  start(settings);
  WebSocketClient socket(port());
  EXPECT_TRUE(socket.connect().starts_with("40"));
  EXPECT_EQ(socket.read(), "2");
  EXPECT_EQ(socket.read(), "close");
  EXPECT_EQ(disconnected.get_future().get(), "ping timeout");
}

TEST_F(Sockets, EndASessionThatEntersNoNamespace) {
  SocketSettings settings;
  settings.connect_timeout = 20ms;
  start(settings);
  WebSocketClient socket(port());
  socket.read();
  EXPECT_EQ(socket.read(), "close");
}

TEST_F(Sockets, TellTheReasonWhenAConnectionIsCut) {
  start();
  WebSocketClient socket(port());
  socket.connect();
  socket.cut();
  EXPECT_EQ(disconnected.get_future().get(), "transport close");
}

TEST_F(Sockets, CloseAClientWhoseHandlerFails) {
  start();
  WebSocketClient socket(port());
  socket.connect();
  socket.send("42[\"throw\"]");
  EXPECT_EQ(socket.read(), "close");
  EXPECT_EQ(disconnected.get_future().get(), "server error");
}

TEST_F(Sockets, AskAClientAndHearTheAnswerOrThatItIsLate) {
  start();
  WebSocketClient socket(port());
  socket.connect();
  const SocketClient client = connected.get_future().get();
  std::promise<Result<SocketAnswer>> answer;
  EXPECT_TRUE(client.ask(SocketEvent{"q", "[1]", {}, {}}, 10s,
                         [&](Result<SocketAnswer> said) { answer.set_value(std::move(said)); }));
  EXPECT_EQ(socket.read(), "420[\"q\",1]");
  socket.send("430[\"yes\"]");
  EXPECT_EQ(answer.get_future().get()->arguments, "[\"yes\"]");

  std::promise<Errc> late;
  client.ask(SocketEvent{"q", "[]", {}, {}}, 1ms,
             [&](Result<SocketAnswer> said) { late.set_value(said.error().code); });
  EXPECT_EQ(late.get_future().get(), Errc::timeout);

  std::promise<Errc> gone;
  client.ask(SocketEvent{"q", "[]", {}, {}}, 10s,
             [&](Result<SocketAnswer> said) { gone.set_value(said.error().code); });
  socket.cut();
  EXPECT_EQ(gone.get_future().get(), Errc::cancelled);
  EXPECT_FALSE(client.emit(SocketEvent{"late", "[]", {}, {}}));
  EXPECT_FALSE(client.join("room"));
}

TEST_F(Sockets, SendToARoomOnly) {
  start();
  WebSocketClient in(port());
  in.connect();
  const SocketClient client = connected.get_future().get();
  WebSocketClient out(port());
  out.connect();
  client.join("r");
  hub->emit("/", "r", SocketEvent{"a", "[]", {}, {}});
  client.leave("r");
  hub->emit("/", "r", SocketEvent{"b", "[]", {}, {}});
  hub->emit("/", "all", SocketEvent{"c", "[]", {}, {}});
  EXPECT_EQ(in.read(), "42[\"a\"]");
  EXPECT_EQ(in.read(), "42[\"c\"]");
  EXPECT_EQ(out.read(), "42[\"c\"]");
}

TEST_F(Sockets, DisconnectAWholeRoom) {
  start();
  WebSocketClient socket(port());
  socket.connect();
  connected.get_future().wait();
  hub->disconnect_room("/", "all");
  EXPECT_EQ(socket.read(), "41");
  EXPECT_EQ(socket.read(), "close");
  EXPECT_EQ(disconnected.get_future().get(), "server namespace disconnect");
}

TEST_F(Sockets, CloseAPollingClientInAnAnswerOfItsOwn) {
  start();
  const std::string sid = open_polling();
  push(sid, "40");
  poll(sid);
  connected.get_future().get().disconnect();
  EXPECT_EQ(poll(sid).body, "41");
  EXPECT_EQ(poll(sid).body, "1");
  EXPECT_EQ(poll(sid).status, 400);
}

TEST_F(Sockets, GiveASlowClientTheNewestSnapshotOnly) {
  start();
  const std::string sid = open_polling();
  push(sid, "40");
  poll(sid);
  for (int i = 1; i <= 1000; ++i) {
    hub->emit("/", "all", SocketEvent{"a", "[" + std::to_string(i) + "]", {}, "job 1"});
    hub->emit("/", "all", SocketEvent{"b", "[" + std::to_string(i) + "]", {}, "job 2"});
  }
  EXPECT_EQ(poll(sid).body,
            "42[\"a\",1000]\x1e"
            "42[\"b\",1000]");
}

TEST_F(Sockets, EndAClientThatLeavesTooMuchUnread) {
  SocketSettings settings;
  settings.max_queue_bytes = 10'000;
  start(settings);
  const std::string sid = open_polling();
  push(sid, "40");
  poll(sid);
  for (int i = 0; i < 20; ++i)
    hub->emit("/", "all", SocketEvent{"a", "[\"" + std::string(1000, 'x') + "\"]", {}, {}});
  EXPECT_EQ(disconnected.get_future().get(), "the client reads too slowly");
}

TEST_F(Sockets, EndWithTheServer) {
  start();
  WebSocketClient socket(port());
  socket.connect();
  const std::string sid = open_polling();
  Client waiting(port());
  waiting.send("GET " + base + "&sid=" + sid + " HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_TRUE((*server)->stop(10s));
  EXPECT_EQ(socket.read(), "close");
  EXPECT_EQ(hub->clients(), 0U);
  hub->emit("/", "all", SocketEvent{"late", "[]", {}, {}});
}

}  // namespace
}  // namespace csvm::server
