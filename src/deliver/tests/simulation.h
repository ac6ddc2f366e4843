// simulation.h - the governor against receivers that are functions, on a clock that is a variable.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "csvm/deliver.h"

namespace csvm::deliver::testing {

/// A request as it reaches a receiver.
struct Arrival {
  Time at;
  JobKey job = 0;
  std::uint64_t record = 0;
  unsigned attempt = 0;  // 1: the first
  int status = 0;        // of the answer
};

class Simulation {
 public:
  /// What the receiver behind a URL answers to a request that arrives now; Answer::latency is how
  /// long that takes.
  using Receiver = std::function<Answer(const Arrival& arrival)>;

  explicit Simulation(GovernorSettings settings = {}, std::uint64_t seed = 1)
      : governor(settings, seed) {}

  void add_receiver(const std::string& url, Receiver receiver) { receivers_[url] = receiver; }
  void add_job(JobKey job, JobPlan plan, std::uint64_t records);
  /// Calls `action` when the clock reaches `at`.
  void at(Duration at, std::function<void()> action);

  void run_for(Duration length);
  /// The same, but the loop gets the processor only once in `step`.
  void run_for_in_steps(Duration length, Duration step);

  Duration elapsed() const { return now - start; }
  std::vector<Arrival> arrivals(const std::string& url, Duration from = {},
                                Duration until = Duration::max()) const;
  static std::size_t most_in_any_second(const std::vector<Arrival>& arrivals);
  std::size_t most_in_flight(const std::string& url) const { return most_in_flight_.at(url); }

  const Time start{std::chrono::hours(1000)};
  Time now = start;
  Governor governor;
  std::map<std::pair<JobKey, std::uint64_t>, Settled> settled;  // the last of each record
  std::vector<std::uint64_t> skipped;

 private:
  struct Source {
    std::uint64_t given = 0;
    std::uint64_t records = 0;
    std::vector<std::string> urls;
  };
  void feed();
  void send_all();
  void handle_due();

  std::map<std::string, Receiver> receivers_;
  std::map<JobKey, Source> sources_;
  std::multimap<Time, std::function<void()>> due_;
  std::map<std::string, std::vector<Arrival>> arrivals_;
  std::map<std::string, std::size_t> in_flight_, most_in_flight_;
};

/// Answers 200 after `latency`.
Simulation::Receiver answering(Duration latency);

Answer answer_of(int status, Duration latency);

/// Accepts `rate` a second with a reserve of `burst`, and answers 429 beyond.
struct LimitedReceiver {
  double rate;
  double burst;
  Duration latency = std::chrono::milliseconds(50);
  std::optional<Duration> retry_after = std::nullopt;
  double tokens = burst;
  std::optional<Time> last = std::nullopt;

  Answer operator()(const Arrival& arrival);
};

}  // namespace csvm::deliver::testing
