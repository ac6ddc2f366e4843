// merge_job.h - one claimed job -> the files of its result.
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "csvm/jobs.h"

namespace csvm::jobs {

/// What a job has come to: handed to the store with its lease.
struct Outcome {
  store::Progress progress;
  std::vector<store::ResultFile> results;
};

/// Runs the merge phase of `claim`: opens its uploads, merges them, and puts the parts of the
/// result into `files` under names that belong to this lease alone, so that a stalled worker cannot
/// overwrite them. `report` is called with what is done so far, from any thread, one at a time.
/// Fails with `cancelled` on a stop and as reading, mapping, merging and writing do; then nothing
/// of the result is left in `files`.
Result<Outcome> run_merge(const Environment& environment, const store::Claim& claim,
                          const WorkerSettings& settings, std::stop_token stop,
                          const std::function<void(const store::Progress&)>& report);

/// What a user is told of a failure: what went wrong with our own disk, bucket or store bears names
/// of ours.
std::string reason_for_user(const Error& error);
/// What the log is told: the other half. What is wrong with leads could hold some of them.
std::string_view reason_for_log(const Error& error);

/// Removes the parts of a result that nobody will offer.
void discard(const Environment& environment, const store::Claim& claim,
             const std::vector<store::ResultFile>& results);

}  // namespace csvm::jobs
