#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "identity.h"
#include "redis_store.h"

namespace csvm::store {

Result<std::unique_ptr<Store>> open_redis(Text url, Options options,
                                          std::vector<std::string>& warnings) {
  auto target = CSVM_TRY(redis::parse_url(url));
  auto store = std::make_unique<redis::RedisStore>(std::move(target), std::move(options));
  CSVM_CHECK(store->begin(warnings));
  return std::unique_ptr<Store>(std::move(store));
}

namespace redis {
namespace {

constexpr std::string_view format = "1";  // of our data
constexpr std::pair<int, int> oldest_redis = {6, 2};
constexpr std::size_t first_argument = 5;
constexpr Duration clocks_agree = std::chrono::seconds(2);
constexpr Duration missed_since = std::chrono::minutes(5);

// The value of "name:value" in an answer to INFO.
std::string_view fact(std::string_view info, std::string_view name) {
  for (std::size_t at = 0; (at = info.find(name, at)) != std::string_view::npos; ++at) {
    const bool is_line = at == 0 || info[at - 1] == '\n';
    const auto colon = at + name.size();
    if (!is_line || colon >= info.size() || info[colon] != ':') continue;
    const auto end = info.find('\r', colon);
    return info.substr(colon + 1, end == std::string_view::npos ? end : end - colon - 1);
  }
  return {};
}

}  // namespace

RedisStore::RedisStore(Target target, Options options)
    : options_(std::move(options)), origin_(new_id(options_.random)), client_(std::move(target)) {}

RedisStore::~RedisStore() = default;

Result<void> RedisStore::begin(std::vector<std::string>& warnings) {
  CSVM_CHECK(check_server(warnings));
  const auto known =
      CSVM_TRY(client_.command({"SET", "csvm:format", format, "NX", "GET"}, Again::yes));
  if (!known.root().is_nil() && known.root().text() != format) {
    return Error{Errc::conflict,
                 fmt::format("the data in Redis at {} are of another version of this program "
                             "(format {}, this one knows {}): use that version",
                             client_.target().text(), known.root().text(), format)};
  }
  CSVM_CHECK(write(Script::line_up_all));
  if (!options_.job_changed && !options_.work_waiting && !options_.configuration_changed) return {};
  std::vector<std::string> channels;
  if (options_.job_changed) channels.emplace_back(changed_channel);
  if (options_.work_waiting) channels.emplace_back(work_channel);
  if (options_.configuration_changed) channels.emplace_back(configured_channel);
  listener_ = CSVM_TRY(Listener::start(
      client_.target(), std::move(channels),
      Listener::Hooks{[this](Node message) { hear(message); }, [this] { tell_missed(); }}));
  return {};
}

Result<void> RedisStore::check_server(std::vector<std::string>& warnings) {
  const auto answer = CSVM_TRY(client_.command({"INFO"}, Again::yes));
  const auto info = answer.root().text();
  const std::string version(fact(info, "redis_version"));
  std::pair<int, int> numbers;
  char* rest = nullptr;
  numbers.first = static_cast<int>(std::strtol(version.c_str(), &rest, 10));
  if (*rest == '.') numbers.second = static_cast<int>(std::strtol(rest + 1, nullptr, 10));
  if (numbers < oldest_redis) {
    return Error{Errc::invalid_input,
                 fmt::format("Redis at {} is version {}; 6.2 or newer is needed",
                             client_.target().text(), version)};
  }
  if (fact(info, "redis_mode") == "cluster") {
    return Error{Errc::invalid_input,
                 fmt::format("Redis at {} is a cluster; this store needs one server (with replicas "
                             "and Sentinels if you like)",
                             client_.target().text())};
  }
  const auto time = CSVM_TRY(client_.command({"TIME"}, Again::yes));
  const Time theirs(Duration(
      static_cast<Duration::rep>(time.root()[0].count() * 1000 + time.root()[1].count() / 1000)));
  const Duration ahead = options_.now() - theirs;
  if (std::chrono::abs(ahead) > clocks_agree) {
    warnings.push_back(fmt::format(
        "the clock of this machine and that of Redis differ by {} s: leases would end too "
        "early or too late; keep the clocks in step (NTP)",
        std::chrono::abs(ahead).count() / 1000));
  }

  if (fact(info, "role") != "master") {
    return Error{Errc::io, fmt::format("Redis at {} is a replica and takes no changes",
                                       client_.target().text())};
  }
  if (fact(info, "maxmemory_policy") != "noeviction" && fact(info, "maxmemory") != "0") {
    warnings.push_back(
        fmt::format("Redis may throw data away when its memory is full (maxmemory-policy {}): "
                    "accepted work could be lost; set it to noeviction",
                    fact(info, "maxmemory_policy")));
  }
  if (fact(info, "aof_enabled") != "1") {
    warnings.push_back(
        "Redis does not write every change to its disk (appendonly no): what was accepted since "
        "its "
        "last snapshot is lost when it stops hard; set appendonly yes and appendfsync always");
    return {};
  }
  // Some providers do not let CONFIG be read.
  const auto sync = client_.command({"CONFIG", "GET", "appendfsync"}, Again::yes);
  const std::string policy(sync ? sync->root()[1].text() : "not known");
  if (policy != "always") {
    warnings.push_back(
        fmt::format("Redis syncs its disk later than it answers (appendfsync {}): a power failure "
                    "there may take "
                    "the last second of accepted work; set appendfsync always",
                    policy));
  }
  if (!client_.target().sentinel_name.empty() || fact(info, "connected_slaves") != "0") {
    warnings.push_back(
        "Redis copies to its replicas later than it answers: a failover may take the last moment "
        "of "
        "accepted work; min-replicas-to-write 1 bounds it");
  }
  return {};
}

Result<Answer> RedisStore::run(Script script, std::vector<std::string> words, Again again) {
  const std::array<std::string, first_argument> first = {
      word(options_.now()), origin_, word(options_.limits.jobs_at_once_per_session),
      word(options_.data_retention), word(options_.session_ttl)};
  words.insert(words.begin(), first.begin(), first.end());
  auto asked = client_.run(script, words, again);
  if (!asked) {
    away_at_ = options_.now().time_since_epoch().count();
    return asked.error();
  }
  Reply reply = *std::move(asked);
  const Node root = reply.root();
  if (root[0].text() != "done") return refusal(root);
  const Node changed = root[1];
  if (options_.job_changed) {
    for (std::size_t i = 0; i + 1 < changed.size(); i += 2) {
      options_.job_changed(changed[i].text(), changed[i + 1].text());
    }
  }
  if (options_.work_waiting && root[2].count() != 0) options_.work_waiting();
  return Answer(std::move(reply));
}

Error RedisStore::refusal(Node reply) const {
  const auto kind = reply[0].text();
  const auto about = reply[1].text();
  if (kind == "no_such") return no_such(about);
  if (kind == "taken_over") return taken_over(about);
  if (kind == "not_now") {
    constexpr std::array names = {"cancel",  "pause",     "resume", "rate",         "late_rate",
                                  "deliver", "no_result", "retry",  "nothing_sent", "remove"};
    const auto why = std::ranges::find(names, reply[2].text()) - names.begin();
    return not_now(static_cast<JobState>(reply[1].count()), static_cast<Why>(why));
  }
  if (kind == "too_many_files") return too_many_files(options_.limits.files_per_session);
  if (kind == "file_too_large") return file_too_large(options_.limits.bytes_per_file);
  if (kind == "session_full") return session_full(options_.limits.bytes_per_session);
  if (kind == "service_full") return service_full(options_.limits.bytes_in_all);
  if (kind == "file_needed") return file_needed(about);
  if (kind == "upload_needed") return upload_needed();
  if (kind == "upload_empty") return upload_empty();
  if (kind == "upload_unfinished") return upload_unfinished();
  if (kind == "not_asked") return nobody_asked_to_cancel();
  if (kind == "sends_nothing") return sends_nothing();
  return {Errc::internal, fmt::format("Redis answered a script with '{}'", kind)};
}

// "origin session job" of a change, "origin" of work and of a configuration. Our own were told when
// they were made.
void RedisStore::hear(Node message) {
  std::string_view text = message[2].text();
  const auto space = text.find(' ');
  if (text.substr(0, space) == origin_) return;
  if (message[1].text() == work_channel) {
    if (options_.work_waiting) options_.work_waiting();
    return;
  }
  if (message[1].text() == configured_channel) {
    if (options_.configuration_changed) options_.configuration_changed();
    return;
  }
  if (space == std::string_view::npos) return;
  text.remove_prefix(space + 1);
  const auto middle = text.find(' ');
  if (middle == std::string_view::npos || !options_.job_changed) return;
  options_.job_changed(text.substr(0, middle), text.substr(middle + 1));
}

// While nobody listened, jobs may have gone on, ended, or come to wait, and so on.
void RedisStore::tell_missed() {
  if (options_.configuration_changed) options_.configuration_changed();
  if (options_.work_waiting) options_.work_waiting();
  if (!options_.job_changed) return;
  const auto answer = read(Script::missed_changes, missed_since);
  if (!answer) return;  // the connection is lost again; then this is called again
  const Node jobs = (*answer)[0];
  for (std::size_t i = 0; i + 1 < jobs.size(); i += 2) {
    options_.job_changed(jobs[i].text(), jobs[i + 1].text());
  }
}

}  // namespace redis
}  // namespace csvm::store
