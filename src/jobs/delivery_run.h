// delivery_run.h - one claimed job that is being sent: its file, its plan, its ledger.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "csvm/jobs.h"
#include "pace_history.h"
#include "patience.h"

namespace csvm::jobs {

store::Delivery delivery_of(const deliver::Entry& entry);

/// What the threads of `Sending` share of one job. Guarded by Sending's mutex but for what a
/// comment says otherwise.
class DeliveryRun final : public deliver::Ledger {
 public:
  /// @param stop  ends the wait for a store that is away
  DeliveryRun(const Environment& environment, store::Claim claim, deliver::JobKey key,
              std::stop_token stop)
      : environment_(environment), claim_(std::move(claim)), key_(key), stop_(std::move(stop)) {}

  /// Opens the result and asks the ledger where to go on. Blocking, and without the mutex.
  /// Fails as files and store do, and with `refused` for a destination that is not allowed.
  Result<deliver::Job> prepare();

  /// Tells the store that the worker got as far as sending, so that it is no crash of this job's
  /// if it is lost now: a service may be killed more often than it gets to an outcome. Not when it
  /// was lost so often that the job is to blame after all.
  Result<void> note_that_it_begins();

  /// Called by the courier's writer.
  Result<void> append(std::span<const deliver::Entry> entries) override;

  const store::Claim& claim() const { return claim_; }
  deliver::JobKey key() const { return key_; }

  /// What the store keeps of a job in this state.
  store::Progress progress(const deliver::JobStatus& status, bool waits_for_go_on);
  /// The sentence of a job of which nothing arrived; empty when something did.
  std::string why_nothing_arrived(const deliver::JobStatus& status);
  /// Keeps what was learnt of the destination, if it is news.
  void keep_learnt_rate(const deliver::JobStatus& status);

  /// The store could not be written: that stopped the job, and it may go on later.
  bool ledger_failed();

 private:
  Result<deliver::Target> target(const std::string& url, const recipe::DeliveryWishes& wishes);
  template <class Call>
  auto patient(Call call) {
    return patiently(environment_, stop_, std::move(call));
  }

  const Environment& environment_;
  const store::Claim claim_;
  const deliver::JobKey key_;
  const std::stop_token stop_;
  std::unique_ptr<files::LocalFile> local_;
  std::unique_ptr<LeadFile> file_;
  std::unique_ptr<deliver::RecordSource> source_;
  std::vector<std::string> urls_;
  std::vector<std::optional<double>> learnt_;  // by URL, as the store has them
  std::string series_;
  std::uint64_t records_ = 0;  // to be sent
  std::uint64_t rows_read_ = 0;
  PaceHistory pace_;
  std::atomic<std::uint32_t> crashes_ = 0;  // in a row without an outcome
  Guarded<std::optional<store::Delivery>> last_failure_;
  Guarded<bool> ledger_failed_{false};
};

}  // namespace csvm::jobs
