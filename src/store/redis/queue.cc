// Who may work on which job, and what a worker says of it.
#include "redis_store.h"

namespace csvm::store::redis {
namespace {

Signals signals_of(const Answer& answer) {
  return {answer[0].count() != 0, answer[1].count() != 0, answer[2].real()};
}

}  // namespace

Result<std::optional<Claim>> RedisStore::claim(Text worker, std::span<const Phase> phases) {
  if (phases.empty()) return std::optional<Claim>();
  // A lease that ran out while Redis was away says nothing: its worker gets the time of one to say
  // that it lives.
  const Time now = options_.now();
  const bool takes_over = now - options_.lease >= Time(Duration(away_at_.load()));
  std::vector<std::string> words = {word(worker), word(options_.lease), word(options_.max_crashes),
                                    set_aside_format, word(takes_over ? 1 : 0)};
  for (const Phase phase : phases) words.push_back(word(phase));
  const Time expires_at = now + options_.lease;
  const auto answer = CSVM_TRY(run(Script::claim, std::move(words), Again::no));
  if (answer[0].is_nil()) return std::optional<Claim>();
  Claim claim;
  claim.job = job_of(answer[0]);
  claim.lease = {claim.job.id, answer[1].count(), expires_at};
  return std::optional(std::move(claim));
}

Result<Signals> RedisStore::heartbeat(const Lease& lease, const Progress& progress) {
  const std::vector<std::string> words = {lease.job_id, word(lease.token), word(options_.lease),
                                          progress_text(progress)};
  return signals_of(CSVM_TRY(run(Script::heartbeat, words, Again::yes)));
}

Result<Signals> RedisStore::signals(const Lease& lease) {
  return signals_of(CSVM_TRY(read(Script::heartbeat, lease.job_id, lease.token, "")));
}

std::vector<std::string> RedisStore::lease_words(const Lease& lease, Text verb,
                                                 const Progress& progress, Text error) const {
  return {lease.job_id, word(lease.token), word(verb), progress_text(progress), word(error)};
}

Result<JobState> RedisStore::complete(const Lease& lease, const Progress& progress,
                                      std::span<const ResultFile> results) {
  auto words = lease_words(lease, "complete", progress, "");
  for (const ResultFile& result : results) {
    words.push_back(result.part);
    words.push_back(result.name);
    words.push_back(word(result.bytes));
  }
  const auto answer = CSVM_TRY(run(Script::finish, std::move(words), Again::no));
  return static_cast<JobState>(answer[0].count());
}

Result<void> RedisStore::fail(const Lease& lease, const Progress& progress, Text error) {
  CSVM_CHECK(run(Script::finish, lease_words(lease, "fail", progress, error), Again::no));
  return {};
}

Result<void> RedisStore::cancelled(const Lease& lease, const Progress& progress) {
  CSVM_CHECK(run(Script::finish, lease_words(lease, "cancelled", progress, ""), Again::no));
  return {};
}

Result<void> RedisStore::release(const Lease& lease) {
  CSVM_CHECK(run(Script::finish, lease_words(lease, "release", {}, ""), Again::no));
  return {};
}

Result<Count> RedisStore::expire_leases(Text worker) {
  return CSVM_TRY(write(Script::expire_leases, worker))[0].count();
}

}  // namespace csvm::store::redis
