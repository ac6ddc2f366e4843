// What belongs to no session: the configuration, headers lately seen, what is past its time.
#include <algorithm>
#include <map>

#include "redis_store.h"

namespace csvm::store::redis {
namespace {

constexpr int headers_kept = 500;  // of each table type

std::vector<StoredFile> files_in(Node pairs, std::string_view session) {
  std::vector<StoredFile> files;
  for (std::size_t i = 0; i + 1 < pairs.size(); i += 2) {
    files.push_back({std::string(session), std::string(pairs[i].text()), pairs[i + 1].count()});
  }
  return files;
}

}  // namespace

Result<Configuration> RedisStore::configuration(Count known) {
  const auto answer = CSVM_TRY(read(Script::configuration, known));
  return Configuration{answer[0].count(), std::string(answer[1].text())};
}

Result<Count> RedisStore::set_configuration(Count expected, Text document) {
  const auto answer = CSVM_TRY(write(Script::set_configuration, expected, document));
  if (answer[0].count() == 0) return other_revision(answer[1].count(), expected);
  return answer[1].count();
}

Result<void> RedisStore::add_backup(Text name, Text document) {
  const auto answer = CSVM_TRY(write(Script::add_backup, name, document, backups_kept));
  if (answer[0].count() == 0) return backup_exists(name);
  return {};
}

List<std::pair<std::string, Count>> RedisStore::backups() {
  const auto answer = CSVM_TRY(read(Script::backups));
  std::vector<std::pair<std::string, Count>> found;
  for (std::size_t i = 0; i + 1 < answer[0].size(); i += 2) {
    found.emplace_back(answer[0][i].text(), answer[0][i + 1].count());
  }
  return found;
}

Result<std::string> RedisStore::backup(Text name) {
  const auto answer = CSVM_TRY(client_.command({"HGET", "csvm:backups", name}, Again::yes));
  if (answer.root().is_nil()) return no_such("backup");
  return std::string(answer.root().text());
}

Result<void> RedisStore::note_headers(Id session, TableType type, Text document) {
  CSVM_CHECK(write(Script::note_headers, session, to_string(type), document, headers_kept));
  return {};
}

List<std::string> RedisStore::recent_headers(TableType type, std::size_t max) {
  const std::string key = fmt::format("csvm:headers:{}", to_string(type));
  const auto answer =
      CSVM_TRY(client_.command({"ZRANGE", key, "0", "-1", "WITHSCORES"}, Again::yes));
  std::map<std::string_view, double> seen;  // when last
  for (std::size_t i = 0; i + 1 < answer.root().size(); i += 2) {
    const auto member = answer.root()[i].text();
    double& at = seen[member.substr(member.find('/') + 1)];
    at = std::max(at, answer.root()[i + 1].real());
  }
  std::vector<std::pair<double, std::string_view>> newest;
  for (const auto& [document, at] : seen) newest.emplace_back(-at, document);
  std::ranges::sort(newest);
  std::vector<std::string> found;
  for (const auto& [at, document] : newest) {
    if (found.size() < max) found.emplace_back(document);
  }
  return found;
}

Result<Removed> RedisStore::remove_expired() {
  Removed removed;
  const std::string now = word(options_.now());
  const auto past = [&](std::string_view key) {
    return client_.command({"ZRANGEBYSCORE", key, "-inf", now}, Again::yes);
  };
  const auto sessions = CSVM_TRY(past("csvm:sessions"));
  for (std::size_t i = 0; i < sessions.root().size(); ++i) {
    const auto id = sessions.root()[i].text();
    const auto answer = CSVM_TRY(write(Script::remove_expired, "session", id));
    if (answer[0].count() != 0) removed.sessions.emplace_back(id);
  }
  for (const std::string_view kind : {"job", "upload"}) {
    const auto members = CSVM_TRY(past(fmt::format("csvm:{}_expiry", kind)));
    for (std::size_t i = 0; i < members.root().size(); ++i) {
      const auto member = members.root()[i].text();
      const auto session = member.substr(0, member.find('/'));
      const auto id = member.substr(session.size() + 1);
      const auto answer = CSVM_TRY(write(Script::remove_expired, kind, session, id));
      if (answer[0].count() == 0) continue;
      const auto files = files_in(answer[1], session);
      removed.files.insert(removed.files.end(), files.begin(), files.end());
      ++(kind == "job" ? removed.jobs : removed.uploads);
    }
  }
  CSVM_CHECK(write(Script::forget_workers));
  return removed;
}

Result<Totals> RedisStore::totals() {
  const auto answer = CSVM_TRY(read(Script::totals));
  const Node counts = answer[0];
  Totals totals;
  totals.sessions = counts[0].count();
  totals.uploads = counts[1].count();
  totals.files = counts[2].count();
  totals.bytes = counts[3].count();
  totals.jobs = counts[4].count();
  totals.active_jobs = counts[5].count();
  totals.queued_jobs = counts[6].count();
  totals.running_jobs = counts[7].count();
  return totals;
}

List<std::string> RedisStore::session_ids() {
  const auto answer = CSVM_TRY(client_.command({"ZRANGE", "csvm:sessions", "0", "-1"}, Again::yes));
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < answer.root().size(); ++i) ids.emplace_back(answer.root()[i].text());
  return ids;
}

List<StoredFile> RedisStore::files_of(Id session) {
  return files_in(CSVM_TRY(read(Script::files_of, session))[0], session);
}

Result<void> RedisStore::check() {
  const std::string now = word(options_.now());
  CSVM_CHECK(client_.command({"SET", "csvm:check", now, "EX", "3600"}, Again::yes));
  return {};
}

List<std::pair<std::string, std::string>> RedisStore::announce(Text name, Text version) {
  const auto answer = CSVM_TRY(write(Script::announce, name, version));
  std::vector<std::pair<std::string, std::string>> processes;
  for (std::size_t i = 0; i + 1 < answer[0].size(); i += 2) {
    processes.emplace_back(answer[0][i].text(), answer[0][i + 1].text());
  }
  return processes;
}

}  // namespace csvm::store::redis
