#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "csvm/receiver.h"

namespace csvm::receiver {
namespace {

using namespace std::chrono_literals;

std::unique_ptr<Receiver> started(Plan plan, const std::string& file = "") {
  Settings settings;
  settings.plan = std::move(plan);
  settings.record_file = file;
  settings.clock = Clock::now;
  auto receiver = Receiver::start(std::move(settings));
  EXPECT_TRUE(receiver);
  return std::move(*receiver);
}

// A peer that waits for whatever comes.
class Peer {
 public:
  explicit Peer(const Receiver& receiver) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(receiver.port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  ~Peer() { close(socket_); }

  void post(const std::string& id, const std::string& body) {
    send_text(fmt::format("POST / HTTP/1.1\r\nwebhook-id: {}\r\nContent-Length: {}\r\n\r\n{}", id,
                          body.size(), body));
  }
  void send_text(const std::string& text) {
    EXPECT_EQ(send(socket_, text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
  }
  /// What comes up to the end of an answer, or of the connection.
  std::string answer() {
    std::string text;
    std::array<char, 1000> chunk{};
    while (!text.ends_with("}")) {
      const ssize_t got = recv(socket_, chunk.data(), chunk.size(), 0);
      was_reset = got < 0 && errno == ECONNRESET;
      if (got <= 0) break;
      text.append(chunk.data(), static_cast<std::size_t>(got));
    }
    return text;
  }
  bool was_reset = false;

 private:
  int socket_;
};

Plan only(const std::string& what) {
  Plan plan;
  plan.shares = *parse_shares(what + "=1");
  return plan;
}

TEST(Receiver, AnswersAndCountsByIdOverOneConnection) {
  const auto receiver = started({});
  Peer peer(*receiver);
  for (const char* id : {"a", "b", "a", "c"}) {
    peer.post(id, id[0] == 'c' ? "{}" : "{\"x\":1}");
    EXPECT_TRUE(peer.answer().starts_with("HTTP/1.1 200 OK\r\n"));
  }
  peer.post("c", "{\"changed\":1}");
  peer.answer();
  const Counts counts = receiver->counts();
  EXPECT_EQ(counts.requests, 5U);
  EXPECT_EQ(counts.ids, 3U);
  EXPECT_EQ(counts.accepted_ids, 3U);
  EXPECT_EQ(counts.surplus, 2U);
  EXPECT_EQ(counts.changed, 1U);
  EXPECT_EQ(counts.answered_2xx, 5U);
  EXPECT_EQ(receiver->arrivals().size(), 5U);
}

TEST(Receiver, TellsItsCounts) {
  const auto receiver = started(only("500"));
  Peer peer(*receiver);
  peer.post("a", "{}");
  peer.answer();
  peer.send_text("GET /counts HTTP/1.1\r\n\r\n");
  EXPECT_TRUE(peer.answer().ends_with(
      R"({"requests":1,"ids":1,"accepted_ids":0,"surplus":0,"changed":0,)"
      R"("answered_2xx":0,"answered_429":0,"answered_other":1,"unanswered":0})"));
}

TEST(Receiver, ResetsCutsAndLosesAsPlanned) {
  for (const auto& [what, text, is_reset, accepted] :
       std::vector<std::tuple<std::string, std::string, bool, std::uint64_t>>{
           {"reset", "", true, 0}, {"cut", "HTTP/1.1 2", false, 0}, {"lost", "", false, 1}}) {
    const auto receiver = started(only(what));
    Peer peer(*receiver);
    peer.post("a", "{}");
    EXPECT_EQ(peer.answer(), text) << what;
    EXPECT_EQ(peer.was_reset, is_reset) << what;
    EXPECT_EQ(receiver->counts().accepted_ids, accepted) << what;
    EXPECT_EQ(receiver->counts().unanswered, 1U) << what;
  }
}

TEST(Receiver, AnswersLateAndHangsUpLateAsPlanned) {
  Plan plan = only("slow");
  plan.slow = 30ms;
  const auto slow = started(plan);
  Peer patient(*slow);
  patient.post("a", "{}");
  EXPECT_TRUE(patient.answer().starts_with("HTTP/1.1 200"));

  plan = only("hang");
  plan.hang = 30ms;
  const auto hanging = started(plan);
  Peer forgotten(*hanging);
  forgotten.post("a", "{}");
  EXPECT_EQ(forgotten.answer(), "");
}

TEST(Receiver, RefusesAboveItsRateAndSaysWhenToComeAgain) {
  Plan plan;
  plan.rate_per_second = 0.001;
  const auto receiver = started(plan);
  Peer peer(*receiver);
  peer.post("a", "{}");
  EXPECT_TRUE(peer.answer().starts_with("HTTP/1.1 200"));
  peer.post("b", "{}");
  const std::string refusal = peer.answer();
  EXPECT_TRUE(refusal.starts_with("HTTP/1.1 429 Too Many Requests\r\n"));
  EXPECT_NE(refusal.find("\r\nRetry-After: 1000\r\n"), std::string::npos) << refusal;
  EXPECT_EQ(receiver->counts().answered_429, 1U);
}

TEST(Receiver, WritesWhatItGot) {
  const std::string path =
      (std::filesystem::temp_directory_path() / fmt::format("csvm_receiver_{}.jsonl", getpid()))
          .string();
  {
    const auto receiver = started({}, path);
    Peer peer(*receiver);
    peer.post("a", "{\"x\":\"\xC3\xBC\"}");
    peer.answer();
  }
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(text,
            "{\"id\":\"a\",\"what\":\"answer\",\"status\":200,"
            "\"body\":\"{\\\"x\\\":\\\"\xC3\xBC\\\"}\"}\n");
  std::filesystem::remove(path);
}

TEST(Receiver, SaysWhyItCannotStart) {
  Settings settings;
  settings.clock = Clock::now;
  settings.host = "localhost";
  EXPECT_EQ(Receiver::start(settings).error().code, Errc::invalid_input);
  settings.host = "127.0.0.1";
  settings.record_file = "/nowhere/at/all";
  EXPECT_FALSE(Receiver::start(settings));
  const auto first = started({});
  settings.record_file.clear();
  settings.port = first->port();
  EXPECT_EQ(Receiver::start(settings).error().code, Errc::io);
}

}  // namespace
}  // namespace csvm::receiver
