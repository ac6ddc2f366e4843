// sending.h - claims jobs whose results go to webhooks, and sends them.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "delivery_run.h"
#include "remote_clock.h"

namespace csvm::jobs {

/// All deliveries of a process, with one courier, so that the jobs to one URL share its rate.
///
/// Four kinds of threads, so that nothing slow holds up what is not: claimers open the result of a
/// job; the courier sends, and waits for nothing but answers; its writer fills the ledgers; the
/// tender keeps leases alive, hears what users want, and records how a job ended.
///
/// Threads: every member from any thread.
class Sending {
 public:
  /// @param ended  called when a job has left, from the tender's thread
  Sending(const Environment& environment, const WorkerSettings& settings,
          std::function<void()> ended);
  ~Sending();  // stop(0)
  Sending(const Sending&) = delete;
  Sending& operator=(const Sending&) = delete;

  /// A job may be waiting, or a wish of a user.
  void wake();
  /// Claims and sends nothing more; what is in flight may still be answered.
  void begin_stop();
  /// Waits up to `limit` for those answers and hands all jobs back to the queue. Idempotent.
  void stop(std::chrono::milliseconds limit);
  std::size_t running() const;

 private:
  enum class Phase { preparing, sending, ended };
  struct Entry {
    std::unique_ptr<DeliveryRun> run;
    std::optional<deliver::Job> job;  // prepared, not yet with the courier
    Phase phase = Phase::preparing;
    deliver::JobStatus status;     // published by the courier's thread
    bool is_news = false;          // since the last heartbeat
    std::optional<Error> failure;  // it never began
    // Of the tender's thread.
    bool cancelled = false, paused = false, lost = false, waits_for_go_on = false;
    double rate = 0;  // as the governor has it
    double beat_at = 0, looked_at = 0, kept_at = 0;
  };
  using Change = std::function<void(deliver::Governor& governor, deliver::JobKey key)>;
  struct Command {
    deliver::JobKey key;
    Change change;
  };

  double seconds() const;
  void claim_regularly(const std::string& name);
  bool claim_one(const std::string& name);
  void prepare(Entry& entry);

  void send();
  Result<deliver::Share> ask_share(const deliver::ShareWish& wish);
  void take_arrivals(deliver::Courier& courier);
  void obey_commands(deliver::Courier& courier);
  void publish(deliver::Courier& courier);
  void command(const Entry& entry, Change change);

  void tend();
  void look_after(Entry& entry, bool was_called);
  void beat(Entry& entry, const deliver::JobStatus& status, Phase phase);
  void obey(Entry& entry, const Result<store::Signals>& signals);
  void ask_for_go_on(Entry& entry);
  void finish(Entry& entry);
  Result<void> record_end(Entry& entry);

  void notify();
  void say(const std::string& words) const;
  void warn(const std::string& words) const;

  const Environment& environment_;
  const WorkerSettings& settings_;
  const std::function<void()> ended_;
  mutable std::mutex mutex_;
  std::condition_variable called_;
  std::uint64_t calls_ = 0;
  bool stopping_ = false;       // no further claims
  bool out_of_time_ = false;    // the courier ends, whatever is in flight
  std::stop_source impatient_;  // stopped when out of time: nobody waits for the store any more
  bool tender_stops_ = false;
  double no_claim_before_ = 0;  // after the store could not be written
  deliver::JobKey last_key_ = 0;
  RemoteClock bucket_clock_;                     // of whoever asks for shares
  std::vector<std::unique_ptr<Entry>> entries_;  // erased by the tender only
  std::vector<Command> commands_;
  deliver::Courier* courier_ = nullptr;  // to wake it; null before and after
  std::set<deliver::JobKey> active_;     // with the courier; of its thread
  std::vector<std::thread> claimers_;
  std::thread courier_thread_, tender_;
};

}  // namespace csvm::jobs
