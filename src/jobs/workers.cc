#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <type_traits>

#include "csvm/jobs.h"
#include "merge_job.h"
#include "patience.h"
#include "pulse.h"
#include "sending.h"

namespace csvm::jobs {
namespace {

class WorkerThreads final : public Workers {
 public:
  WorkerThreads(Environment environment, WorkerSettings settings)
      : environment_(std::move(environment)), settings_(std::move(settings)) {
    for (unsigned n = 0; n < settings_.concurrency; ++n) {
      threads_.emplace_back([this, n] { work(fmt::format("{}-{}", settings_.name, n)); });
    }
    const Outgoing& outgoing = environment_.outgoing;
    if (settings_.sending == 0 || !outgoing.clock || !outgoing.wall_clock) return;
    // The place that a delivery leaves may be another job's of its session.
    sending_ = std::make_unique<Sending>(environment_, settings_, [this] { wake_mergers(); });
  }
  ~WorkerThreads() override { stop(std::chrono::milliseconds(0)); }

  void wake() override {
    wake_mergers();
    if (sending_) sending_->wake();
  }

  bool stop(std::chrono::milliseconds limit) override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    called_.notify_all();
    const auto until = std::chrono::duration<double>(limit).count() + environment_.seconds();
    const bool nothing_sent = !sending_ || sending_->running() == 0;
    if (sending_) sending_->begin_stop();
    std::unique_lock lock(mutex_);
    const bool idle = called_.wait_for(lock, limit, [this] { return busy_ == 0; });
    lock.unlock();
    // A job ends where it next looks; what it was doing goes back to the queue.
    stop_.request_stop();
    for (std::thread& thread : threads_) {
      if (thread.joinable()) thread.join();
    }
    if (sending_) {
      const std::chrono::duration<double> left(std::max(0.0, until - environment_.seconds()));
      sending_->stop(std::chrono::duration_cast<std::chrono::milliseconds>(left));
    }
    return idle && nothing_sent;
  }

  std::size_t running() const override {
    const std::size_t sending = sending_ ? sending_->running() : 0;
    const std::lock_guard lock(mutex_);
    return busy_ + sending;
  }

 private:
  void wake_mergers() {
    {
      const std::lock_guard lock(mutex_);
      ++calls_;
    }
    called_.notify_all();
  }

  // One worker: claims, runs, reports, until it is stopped.
  void work(const std::string& name) {
    constexpr store::Phase phases[] = {store::Phase::merge};
    std::uint64_t seen = 0;
    for (;;) {
      {
        const std::lock_guard lock(mutex_);
        if (stopping_) return;
        seen = calls_;
        ++busy_;
      }
      const bool did_one = claim_and_run(name, phases);
      std::unique_lock lock(mutex_);
      --busy_;
      called_.notify_all();
      if (did_one) continue;
      called_.wait_for(lock, settings_.poll, [&] { return stopping_ || calls_ != seen; });
    }
  }

  bool claim_and_run(const std::string& name, std::span<const store::Phase> phases) {
    auto claimed = environment_.store.claim(name, phases);
    if (!claimed) {
      say_warning(fmt::format("cannot ask for work: {}", claimed.error().message));
      return false;
    }
    if (!claimed->has_value()) return false;
    const store::Claim& claim = **claimed;
    say(fmt::format("job {} begins (attempt {})", claim.job.id, claim.job.attempts));
    try {
      run(claim);
    } catch (const std::exception& error) {
      // A library's: the job, not the process, is what fails.
      const auto failed = environment_.store.fail(
          claim.lease, {}, fmt::format("the job failed in an unforeseen way: {}", error.what()));
      say_warning(fmt::format("job {} threw: {}", claim.job.id, error.what()));
      if (!failed) say_warning(failed.error().message);
    }
    return true;
  }

  void run(const store::Claim& claim) {
    Pulse pulse(environment_, claim, settings_, stop_.get_token());
    const auto outcome = run_merge(environment_, claim, settings_, pulse.stop_token(),
                                   [&](const store::Progress& now) { pulse.report(now); });
    const Pulse::End end = pulse.stop();
    const store::Progress last = pulse.progress();
    Result<void> told;
    if (outcome) {
      const auto state = tell([&] {
        return environment_.store.complete(claim.lease, outcome->progress, outcome->results);
      });
      if (!state) {
        if (!may_have(claim, outcome->results)) discard(environment_, claim, outcome->results);
        told = state.error();
      } else {
        say(fmt::format("job {} is {}: {} records", claim.job.id, store::to_string(*state),
                        outcome->progress.total_records));
        if (*state == store::JobState::sending && sending_) sending_->wake();
      }
    } else if (end == Pulse::End::lost) {
      say_warning(fmt::format("job {} belongs to another worker now", claim.job.id));
    } else if (end == Pulse::End::cancelled) {
      told = tell([&] { return environment_.store.cancelled(claim.lease, last); });
      say(fmt::format("job {} was cancelled", claim.job.id));
    } else if (end == Pulse::End::overdue) {
      const auto why =
          fmt::format("the job took longer than {} s; split the files or raise JOB_TIMEOUT",
                      settings_.job_timeout.count());
      told = tell([&] { return environment_.store.fail(claim.lease, last, why); });
      say_warning(fmt::format("job {} took too long", claim.job.id));
    } else if (end == Pulse::End::stopping && outcome.error().code == Errc::cancelled) {
      told = tell([&] { return environment_.store.release(claim.lease); });
      say(fmt::format("job {} goes back to the queue", claim.job.id));
    } else {
      const auto why = reason_for_user(outcome.error());
      told = tell([&] { return environment_.store.fail(claim.lease, last, why); });
      const std::string words =
          fmt::format("job {} failed: {}", claim.job.id, reason_for_log(outcome.error()));
      if (outcome.error().code == Errc::internal) {
        say_error(words);
      } else {
        say_warning(words);
      }
    }
    if (!told) {
      // Its lease runs out and the job is claimed again.
      say_warning(fmt::format("the end of job {} could not be recorded: {}", claim.job.id,
                              told.error().message));
    }
  }

  template <class Call>
  std::invoke_result_t<Call&> tell(Call call) {
    return patiently(environment_, stop_.get_token(), std::move(call));
  }

  // Whether the store has these results although it refused them, or may have: an answer was lost.
  bool may_have(const store::Claim& claim, const std::vector<store::ResultFile>& results) {
    if (results.empty()) return false;
    const auto job =
        tell([&] { return environment_.store.find_job(claim.job.session_id, claim.job.id); });
    if (!job) return is_away(job.error());
    return std::ranges::find(job->results, results.front().name, &store::ResultFile::name) !=
           job->results.end();
  }

  void say(const std::string& words) const {
    if (environment_.log) environment_.log->info(words);
  }
  void say_warning(const std::string& words) const {
    if (environment_.log) environment_.log->warn(words);
  }
  // A mistake of ours, for whoever watches over the service.
  void say_error(const std::string& words) const {
    if (environment_.log) environment_.log->error(words);
  }

  const Environment environment_;
  const WorkerSettings settings_;
  std::stop_source stop_;
  mutable std::mutex mutex_;
  std::condition_variable called_;
  std::uint64_t calls_ = 0;  // of wake()
  bool stopping_ = false;
  std::size_t busy_ = 0;
  std::vector<std::thread> threads_;
  std::unique_ptr<Sending> sending_;
};

}  // namespace

std::unique_ptr<Workers> Workers::start(Environment environment, WorkerSettings settings) {
  return std::make_unique<WorkerThreads>(std::move(environment), std::move(settings));
}

}  // namespace csvm::jobs
