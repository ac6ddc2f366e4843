#include "live.h"

#include <fmt/format.h>

#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <iterator>
#include <utility>

#include "answers.h"
#include "cookie.h"
#include "job_json.h"
#include "metrics.h"

namespace csvm::api {

namespace json = boost::json;

namespace {

constexpr auto pace = std::chrono::milliseconds(40);  // of looking whether there is news
constexpr double told_every = 0.2;                    // seconds; of one job

constexpr std::string_view everyone = "everyone";
constexpr double failures_every = 1;  // seconds
constexpr std::size_t max_ends_kept = 10'000;

std::string room_of(std::string_view session) { return fmt::format("session:{}", session); }

// The value of a cookie in a Cookie header; empty if there is none.
std::string cookie_in(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    const auto end = header.find(';');
    std::string_view pair = header.substr(0, end);
    while (pair.starts_with(' ')) pair.remove_prefix(1);
    if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=') {
      return std::string(pair.substr(name.size() + 1));
    }
    header.remove_prefix(end == std::string_view::npos ? header.size() : end + 1);
  }
  return {};
}

server::SocketAnswer acknowledge(const json::object& body) {
  server::SocketAnswer answer;
  answer.arguments = json::serialize(json::array{body});
  return answer;
}

// The job that `[{"job_id": "..."}]` names.
std::string job_named(std::string_view arguments) {
  boost::system::error_code failed;
  const json::value value = json::parse(arguments, failed);
  if (failed || !value.is_array() || value.get_array().empty()) return {};
  const json::object* wish = value.get_array().front().if_object();
  const json::value* job = wish == nullptr ? nullptr : wish->if_contains("job_id");
  return job != nullptr && job->is_string() ? std::string(job->get_string()) : std::string();
}

server::Task<Result<std::string>> let_in(Context& context, server::SocketConnect connect) {
  std::string token = open_seal(cookie_in(connect.cookie_header, context.cookie_name()),
                                context.settings.secret_key);
  auto find = [&context, token = std::move(token)]() -> Result<std::string> {
    if (token.empty()) return Error{Errc::not_found, "load the page first: there is no session"};
    const auto session = context.store().use_session(token);
    if (session) return session->id;
    if (session.error().code == Errc::not_found) return session.error();
    // The message is sent, and the reason is the operator's matter.
    return Error{Errc::io, "the server cannot read its data right now; connect again later"};
  };
  co_return co_await server::offload(context.parts.pool, std::move(find));
}

server::Task<server::SocketAnswer> hear(Context& context, Live& live, server::SocketClient client,
                                        server::SocketEvent event) {
  if (event.name == "unsubscribe") co_return acknowledge({{"status", "success"}});
  if (event.name != "subscribe") {
    co_return acknowledge({{"status", "error"}, {"detail", "known are subscribe and unsubscribe"}});
  }
  std::string job = job_named(event.arguments);
  std::string session = client.identity();
  auto find = [&context, &live, job = std::move(job),
               session = std::move(session)]() -> json::object {
    const auto found = context.store().find_job(session, job);
    if (!found) return {{"status", "error"}, {"detail", "there is no such job"}};
    return {{"status", "success"}, {"job", live.snapshot(*found)}};
  };
  co_return acknowledge(co_await server::offload(context.parts.pool, std::move(find)));
}

server::Task<void> greet(Context& context, Live& live, server::SocketClient client) {
  std::string session = client.identity();
  auto list = [&context, &live, session = std::move(session)]() -> json::array {
    json::array jobs;
    const auto found = context.store().list_jobs(session);
    if (!found) return jobs;
    for (const store::Job& job : *found) jobs.push_back(live.snapshot(job));
    return jobs;
  };
  const json::array jobs = co_await server::offload(context.parts.pool, std::move(list));
  server::SocketEvent event;
  event.name = "session_jobs";
  event.arguments = json::serialize(json::array{json::object{{"jobs", jobs}}});
  client.emit(std::move(event));
}

}  // namespace

/// The loop that tells; outlives `Live::stop` by the work it has begun.
struct LiveLoop {
  LiveLoop(Live& live_, Context& context_, server::Task<void>::executor_type executor_)
      : live(live_), context(context_), executor(std::move(executor_)) {}
  Live& live;
  Context& context;
  // No timer: this may outlive the event loop.
  server::Task<void>::executor_type executor;
  Guarded<bool> is_over{false};
};

void Live::add_to(server::SocketHub& hub) {
  hub_ = &hub;
  server::SocketNamespace handlers;
  handlers.connect = [this](server::SocketConnect connect) {
    return let_in(context_, std::move(connect));
  };
  handlers.connected = [this](server::SocketClient client) {
    client.join(room_of(client.identity()));
    client.join(std::string(everyone));
    if (loop_) {
      boost::asio::co_spawn(loop_->executor, greet(context_, *this, std::move(client)),
                            boost::asio::detached);
    }
  };
  handlers.event = [this](server::SocketClient client, server::SocketEvent event) {
    return hear(context_, *this, std::move(client), std::move(event));
  };
  hub.on("/", std::move(handlers));
}

void Live::start(server::Server& server) {
  loop_ = std::make_shared<LiveLoop>(*this, context_, server.executor());
  boost::asio::co_spawn(server.executor(), tell_regularly(loop_), boost::asio::detached);
}

void Live::stop() {
  if (loop_) loop_->is_over.with([](bool& over) { over = true; });
}

server::Task<void> Live::tell_regularly(std::shared_ptr<LiveLoop> loop) {
  boost::asio::steady_timer timer(loop->executor);
  for (;;) {
    boost::system::error_code stopped;
    timer.expires_after(pace);
    co_await timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, stopped));
    if (stopped || loop->is_over.with([](bool& over) { return over; })) co_return;
    const bool is_news = loop->live.pending_.with(
        [](Pending& pending) { return !pending.jobs.empty() || pending.configuration; });
    if (!is_news) continue;
    auto tell = [loop]() -> bool {
      loop->live.tell();
      return true;
    };
    co_await server::offload(loop->context.parts.pool, std::move(tell));
  }
}

void Live::job_changed(std::string_view session, std::string_view job) {
  pending_.with([&](Pending& pending) {
    pending.jobs.insert_or_assign(std::string(job), std::string(session));
  });
}

void Live::configuration_changed() {
  pending_.with([](Pending& pending) { pending.configuration = true; });
}

void Live::end_session(std::string_view session) {
  if (hub_ != nullptr) hub_->disconnect_room("/", room_of(session));
}

json::object Live::snapshot(const store::Job& job) {
  json::object object = job_json(job);
  object["sequence"] = sequence_.with([](std::uint64_t& last) { return ++last; });
  return object;
}

// A job ends once, but may change afterwards (it is downloaded) and may be begun again.
bool Live::is_new_end(const store::Job& job) {
  return ended_.with([&](auto& ended) {
    if (!store::has_ended(job.state)) {
      ended.erase(job.id);
      return false;
    }
    // Told by an earlier process; it is only being downloaded.
    if (job.ended_at && *job.ended_at < context_.started_at) return false;
    if (ended.size() >= max_ends_kept) ended.clear();
    return ended.insert(job.id).second;
  });
}

void Live::emit(const std::string& room, const std::string& name, const json::value& body,
                std::string replaces) {
  server::SocketEvent event;
  event.name = name;
  event.arguments = json::serialize(json::array{body});
  event.replaces = std::move(replaces);
  hub_->emit("/", room, event);
}

// Many may fail in a second; they are told together, and the last of them when the job ends.
void Live::tell_failures(const store::Job& job, const std::string& room) {
  const auto details = jobs::sending_details(job.progress.details);
  if (!details || !details->last_failure) return;
  if (job.ended_at && *job.ended_at < context_.started_at) return;  // it is only being downloaded
  const std::uint64_t failed = job.progress.failed_webhooks;
  const double now = context_.parts.environment.seconds();
  const std::uint64_t more = failures_.with([&](auto& failures) -> std::uint64_t {
    if (failures.size() >= max_ends_kept) failures.clear();
    Failures& known = failures[job.id];
    if (failed < known.told) known.told = failed;  // sent again
    const bool is_due = now - known.told_at >= failures_every || store::has_ended(job.state);
    if (failed == known.told || !is_due) return 0;
    known.told_at = now;
    return failed - std::exchange(known.told, failed);
  });
  if (more == 0) return;
  json::object body = failure_json(*details->last_failure);
  body["job_id"] = job.id;
  body["count"] = more;
  body["failed_webhooks"] = failed;
  emit(room, "webhook_failed", body, "");
}

// What has not changed for a while is told at once, the next change of it when its time has come.
Live::Pending Live::take_due() {
  const double now = context_.parts.environment.seconds();
  return pending_.with([&](Pending& all) {
    Pending due;
    std::erase_if(all.told_at, [&](const auto& told) { return now - told.second >= told_every; });
    due.configuration = std::exchange(all.configuration, false);
    for (auto job = all.jobs.begin(); job != all.jobs.end();) {
      const auto next = std::next(job);
      if (all.told_at.emplace(job->first, now).second) due.jobs.insert(all.jobs.extract(job));
      job = next;
    }
    return due;
  });
}

void Live::tell() {
  if (hub_ == nullptr) return;
  const Pending pending = take_due();
  for (const auto& [id, session] : pending.jobs) {
    const auto job = context_.metrics->look(session, id);
    if (!job) continue;  // gone with its session
    const json::object body = snapshot(*job);
    const std::string room = room_of(session);
    emit(room, "job_progress", body, "job_progress:" + id);
    tell_failures(*job, room);
    if (!is_new_end(*job)) continue;
    if (job->state == store::JobState::completed) emit(room, "job_completed", body, "");
    if (job->state == store::JobState::failed) emit(room, "job_failed", body, "");
  }
  if (pending.configuration) {
    const auto current = context_.parts.configuration.current();
    emit(std::string(everyone), "config_changed",
         json::object{{"tag", current.tag}, {"problem", current.problem}}, "config_changed");
  }
}

}  // namespace csvm::api
