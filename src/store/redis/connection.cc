#include "connection.h"

#include <fmt/format.h>
#include <hiredis/hiredis.h>
#include <poll.h>
#include <sys/time.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <vector>

#include "tls.h"

namespace csvm::store::redis {
namespace {

constexpr timeval connect_timeout{2, 0};
constexpr timeval answer_timeout{5, 0};

bool is_login_refusal(std::string_view answer) {
  return answer.starts_with("WRONGPASS") || answer.starts_with("NOAUTH") ||
         answer.starts_with("ERR invalid password") || answer.starts_with("ERR AUTH");
}

Error unreachable(const std::string& where, std::string_view why) {
  return {Errc::io, fmt::format("cannot reach Redis at {}: {}; check REDIS_URL and that Redis runs",
                                where, why)};
}

}  // namespace

Error error_of(std::string_view answer) {
  if (is_login_refusal(answer)) {
    return {Errc::io,
            fmt::format("Redis refuses the user or the password ({}): check REDIS_URL", answer)};
  }
  // A command of our own, or one within a script.
  if (answer.find("NOPERM") != std::string_view::npos ||
      answer.find("The user executing the script") != std::string_view::npos ||
      answer.find("ACL failure in script") != std::string_view::npos) {  // from 7.2 on
    return {Errc::io,
            fmt::format("Redis does not let the user of REDIS_URL do what is needed ({}): give it "
                        "+@all on keys csvm:* and channels csvm:*",
                        answer)};
  }
  if (answer.starts_with("OOM") || answer.find("OOM command") != std::string_view::npos) {
    return {Errc::io, "Redis is out of memory: raise its maxmemory or remove data"};
  }
  if (answer.find("MISCONF") != std::string_view::npos) {
    return {Errc::io, "Redis cannot write to its disk and takes no changes (its log says why)"};
  }
  if (answer.find("READONLY") != std::string_view::npos) {
    return {Errc::io, "Redis is a replica here and takes no changes; a failover may be under way"};
  }
  if (answer.starts_with("LOADING")) return {Errc::io, "Redis starts and loads its data"};
  return {Errc::io, fmt::format("Redis refused a command: {}", answer)};
}

bool Node::is_nil() const { return at_ == nullptr || at_->type == REDIS_REPLY_NIL; }
bool Node::is_error() const { return at_ != nullptr && at_->type == REDIS_REPLY_ERROR; }

std::string_view Node::text() const {
  if (at_ == nullptr || at_->str == nullptr) return {};
  if (at_->type != REDIS_REPLY_STRING && at_->type != REDIS_REPLY_STATUS &&
      at_->type != REDIS_REPLY_ERROR) {
    return {};
  }
  return {at_->str, static_cast<std::size_t>(at_->len)};
}

std::uint64_t Node::count() const {
  if (at_ != nullptr && at_->type == REDIS_REPLY_INTEGER) {
    return static_cast<std::uint64_t>(at_->integer);
  }
  const auto digits = text();
  std::uint64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

double Node::real() const {
  const auto digits = text();
  double value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

std::size_t Node::size() const {
  return at_ != nullptr && at_->type == REDIS_REPLY_ARRAY ? at_->elements : 0;
}

Node Node::operator[](std::size_t index) const {
  return Node(index < size() ? at_->element[index] : nullptr);
}

void Reply::Free::operator()(redisReply* reply) const { freeReplyObject(reply); }

void Connection::Close::operator()(redisContext* context) const { redisFree(context); }

Result<std::unique_ptr<Connection>> Connection::connect(const Target& target,
                                                        const Address* address) {
  const std::string where =
      address != nullptr ? fmt::format("{}:{}", address->host, address->port) : target.socket_path;
  redisContext* const context =
      address != nullptr
          ? redisConnectWithTimeout(address->host.c_str(), address->port, connect_timeout)
          : redisConnectUnixWithTimeout(target.socket_path.c_str(), connect_timeout);
  if (context == nullptr) return unreachable(where, "no memory");
  std::unique_ptr<Connection> connection(new Connection(context));
  if (context->err != 0) return unreachable(where, context->errstr);
  redisSetTimeout(context, answer_timeout);
  if (address != nullptr) redisEnableKeepAlive(context);
  if (target.tls) CSVM_CHECK(begin_tls(context, address->host));
  return connection;
}

Result<void> Connection::log_in(const Target& target) {
  // The first words that it has to understand.
  const auto introduce = [&](std::initializer_list<std::string_view> words) -> Result<Reply> {
    auto answer = run(words);
    if (answer) return answer;
    return Error{
        answer.error().code,
        fmt::format("{} takes the connection but does not answer as Redis does ({}): {}",
                    target.text(), answer.error().message,
                    target.tls ? "it may want a certificate of its clients; set tls-auth-clients no"
                               : "check REDIS_URL; with TLS it begins with rediss://")};
  };
  if (!target.password.empty()) {
    const auto answer = target.user.empty()
                            ? CSVM_TRY(introduce({"AUTH", target.password}))
                            : CSVM_TRY(introduce({"AUTH", target.user, target.password}));
    if (answer.root().is_error()) return error_of(answer.root().text());
  }
  const std::string database = fmt::format("{}", target.database);
  const auto answer = CSVM_TRY(introduce({"SELECT", database}));
  if (answer.root().is_error()) {
    const auto text = answer.root().text();
    if (text.find("out of range") != std::string_view::npos) {
      return Error{Errc::io, fmt::format("Redis has no database {}: check REDIS_URL", database)};
    }
    return error_of(text);
  }
  return {};
}

// Asks one Sentinel after the other who the master is.
Result<std::unique_ptr<Connection>> Connection::open_master(const Target& target) {
  Error last{Errc::io, "no Sentinel was asked"};
  for (const Address& address : target.addresses) {
    auto sentinel = connect(target, &address);
    if (!sentinel) {
      last = sentinel.error();
      continue;
    }
    auto answer = (*sentinel)->run({"SENTINEL", "get-master-addr-by-name", target.sentinel_name});
    if (answer && answer->root().is_error() && answer->root().text().starts_with("NOAUTH") &&
        !target.password.empty() && (*sentinel)->run({"AUTH", target.password})) {
      answer = (*sentinel)->run({"SENTINEL", "get-master-addr-by-name", target.sentinel_name});
    }
    if (!answer) {
      last = answer.error();
      continue;
    }
    if (answer->root().is_error()) {
      last = error_of(answer->root().text());
      continue;
    }
    if (answer->root().size() != 2) {
      last = {Errc::io, fmt::format("the Sentinel at {}:{} does not know '{}': check REDIS_URL",
                                    address.host, address.port, target.sentinel_name)};
      continue;
    }
    const Address master{std::string(answer->root()[0].text()),
                         static_cast<int>(answer->root()[1].count())};
    auto connection = connect(target, &master);
    if (!connection) {
      last = connection.error();
      continue;
    }
    CSVM_CHECK((*connection)->log_in(target));
    const auto role = CSVM_TRY((*connection)->run({"ROLE"}));
    if (role.root()[0].text() == "master") return connection;
    last = {Errc::io, fmt::format("{}:{} is no master (any more): a failover is under way",
                                  master.host, master.port)};
  }
  return last;
}

Result<std::unique_ptr<Connection>> Connection::open(const Target& target) {
  if (!target.sentinel_name.empty()) return open_master(target);
  auto connection =
      CSVM_TRY(connect(target, target.addresses.empty() ? nullptr : target.addresses.data()));
  CSVM_CHECK(connection->log_in(target));
  return connection;
}

Result<Reply> Connection::run(std::span<const std::string_view> words) {
  std::vector<const char*> texts;
  std::vector<std::size_t> lengths;
  for (const auto word : words) {
    texts.push_back(word.data() == nullptr ? "" : word.data());
    lengths.push_back(word.size());
  }
  redisContext* const context = context_.get();
  if (redisAppendCommandArgv(context, static_cast<int>(words.size()), texts.data(),
                             lengths.data()) != REDIS_OK) {
    return Error{Errc::io, fmt::format("cannot ask Redis: {}", context->errstr)};
  }
  for (int is_sent = 0; is_sent == 0;) {
    if (redisBufferWrite(context, &is_sent) != REDIS_OK) {
      return Error{Errc::io, fmt::format("the connection to Redis is lost: {}", context->errstr)};
    }
  }
  void* reply = nullptr;
  if (redisGetReply(context, &reply) != REDIS_OK) {
    return Error{
        Errc::timeout,
        fmt::format("Redis did not answer ({}); whether it was done is not known",
                    context->err == REDIS_ERR_IO && errno == EAGAIN ? "in time" : context->errstr)};
  }
  return Reply(static_cast<redisReply*>(reply));
}

bool Connection::is_open() const {
  pollfd look{context_->fd, POLLIN, 0};
  return context_->err == 0 && ::poll(&look, 1, 0) == 0;
}

int Connection::descriptor() const { return context_->fd; }

Result<void> Connection::receive() {
  if (redisBufferRead(context_.get()) == REDIS_OK) return {};
  return Error{Errc::io, fmt::format("the connection to Redis is lost: {}", context_->errstr)};
}

std::optional<Reply> Connection::next() {
  void* reply = nullptr;
  if (redisGetReplyFromReader(context_.get(), &reply) != REDIS_OK || reply == nullptr) {
    return std::nullopt;
  }
  return Reply(static_cast<redisReply*>(reply));
}

}  // namespace csvm::store::redis
