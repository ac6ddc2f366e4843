// A redis-server of our own, on a socket in a folder of its own.
#pragma once

#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "conformance.h"

namespace csvm::store {

class RedisServer {
 public:
  using Words = std::vector<std::string>;

  /// `settings` as on the command line of redis-server.
  explicit RedisServer(Words settings = {}) : settings_(std::move(settings)) {
    std::string name = (std::filesystem::temp_directory_path() / "csvm-redis-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    start();
  }
  ~RedisServer() {
    stop(SIGKILL);
    std::filesystem::remove_all(folder_);
  }
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  std::string socket() const { return folder_ + "/redis.sock"; }
  std::string url() const { return "unix://" + socket(); }
  const std::string& folder() const { return folder_; }
  pid_t process() const { return process_; }

  /// Returns when it takes connections.
  void start() {
    Words words = {"redis-server",
                   "--port",
                   "0",
                   "--unixsocket",
                   socket(),
                   "--dir",
                   folder_,
                   "--save",
                   "",
                   "--appendonly",
                   "no",
                   "--logfile",
                   ""};
    words.insert(words.end(), settings_.begin(), settings_.end());
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    process_ = ::fork();
    ASSERT_GE(process_, 0);
    if (process_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::dup2(ends[1], 1);
      ::dup2(ends[1], 2);
      ::execvp("redis-server", arguments.data());
      ::_exit(127);
    }
    ::close(ends[1]);
    std::string said;
    char buffer[512];
    while (said.find("Ready to accept connections") == std::string::npos &&
           said.find("ready to accept connections") == std::string::npos) {
      const ssize_t got = ::read(ends[0], buffer, sizeof buffer);
      ASSERT_GT(got, 0) << "redis-server did not start (Debian: apt install redis-server): "
                        << said;
      said.append(buffer, static_cast<std::size_t>(got));
    }
    // It goes on talking; nobody listens, but the pipe must not fill.
    log_ = ends[0];
    ::fcntl(log_, F_SETFL, O_NONBLOCK);
  }

  void stop(int signal) {
    if (process_ <= 0) return;
    ::kill(process_, signal);
    int status = 0;
    ::waitpid(process_, &status, 0);
    process_ = -1;
    ::close(log_);
  }

  /// What a client that knows nothing of us would get, as text; arrays joined by spaces.
  std::string ask(const Words& words) const {
    redisContext* const context = redisConnectUnix(socket().c_str());
    std::vector<const char*> texts;
    std::vector<std::size_t> lengths;
    for (const auto& word : words) {
      texts.push_back(word.data());
      lengths.push_back(word.size());
    }
    auto* const reply = static_cast<redisReply*>(
        redisCommandArgv(context, static_cast<int>(words.size()), texts.data(), lengths.data()));
    std::string text = reply == nullptr ? "no answer" : text_of(*reply);
    if (reply != nullptr) freeReplyObject(reply);
    redisFree(context);
    return text;
  }

 private:
  static std::string text_of(const redisReply& reply) {
    if (reply.type == REDIS_REPLY_INTEGER) return std::to_string(reply.integer);
    if (reply.type == REDIS_REPLY_ARRAY) {
      std::string all;
      for (std::size_t i = 0; i < reply.elements; ++i) {
        all += (i == 0 ? "" : " ") + text_of(*reply.element[i]);
      }
      return all;
    }
    return reply.str == nullptr ? "" : std::string(reply.str, static_cast<std::size_t>(reply.len));
  }

  const Words settings_;
  std::string folder_;
  pid_t process_ = -1;
  int log_ = -1;
};

/// Opens a store; what it is warned of is kept.
inline std::unique_ptr<Store> open_on(const std::string& url, Options options,
                                      std::vector<std::string>* warned = nullptr) {
  std::vector<std::string> warnings;
  auto opened = open_redis(url, std::move(options), warnings);
  EXPECT_TRUE(opened) << opened.error().message;
  if (warned != nullptr) *warned = warnings;
  return opened ? std::move(*opened) : nullptr;
}

/// Empty at first; one server serves all tests of the program, one after the other.
class RedisPlace final : public Place {
 public:
  RedisPlace() { server().ask({"FLUSHALL"}); }
  std::unique_ptr<Store> open(Options options) override {
    return open_on(server().url(), std::move(options));
  }
  static RedisServer& server() {
    static RedisServer one;
    return one;
  }
};

}  // namespace csvm::store
