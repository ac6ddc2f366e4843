// What a store says when it refuses, in the same words whichever it is.
#pragma once

#include "csvm/store.h"

namespace csvm::store {

/// Why a job's state does not allow what was asked.
enum class Why {
  cancel,
  pause,
  resume,
  rate,
  late_rate,
  deliver,
  no_result,
  retry,
  nothing_sent,
  remove
};

Error no_such(Text what);
Error not_now(JobState state, Why why);
Error taken_over(Text job);
Error nobody_asked_to_cancel();
Error sends_nothing();
Error too_many_files(Count most);
Error file_too_large(Count limit);
Error session_full(Count limit);
Error service_full(Count limit);
Error file_needed(Text name);
Error upload_needed();
Error upload_empty();
Error upload_unfinished();
Error other_revision(Count current, Count expected);
Error backup_exists(Text name);

inline constexpr int backups_kept = 100;

/// For printf: one "%d", the times that a worker was lost.
inline constexpr const char* set_aside_format =
    "the process that worked on this job was lost %d times: the job is set aside; check its files, "
    "then start it again";

/// 0 or a positive number. Fails with `invalid_input`.
Result<void> check_rate(double rate);

/// What is kept of a delivery's text: nothing when delivered, else its start, cut between
/// characters. A view into `delivery`.
std::string_view excerpt_of(const Delivery& delivery);

}  // namespace csvm::store
