// csvm/deliver.h - records of a job -> a receiver, at a rate. The only public header of `deliver`.
//
//   Courier (a loop) --> Governor: what to send now --> fetch::Client --> a receiver
//                    <-- judge: what an answer means <--
//                    --> Ledger: outcomes on disk, then counted
// Governor, judge and next_wait decide all: values with the time passed in.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "csvm/base.h"
#include "csvm/fetch.h"

namespace csvm::deliver {

using Clock = std::chrono::steady_clock;
using Time = Clock::time_point;
using Duration = Clock::duration;
using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;

/// How a delivery ends. The five add up to the records of a job that has ended.
enum class Outcome { delivered, rejected, failed, maybe, skipped };
std::string_view to_string(Outcome outcome);

enum class Verdict {
  delivered,   // 2xx
  throttled,   // 429, or 503 with Retry-After: the receiver wants it later
  failed,      // mended by a retry, perhaps: 3xx, 408, 425, 5xx, no connection
  unanswered,  // sent, and no answer came: it may have arrived
  rejected,    // any other 4xx, or a destination that is not allowed
  gone,        // 410: nothing more may be sent there
};

/// What one attempt met.
struct Answer {
  Verdict verdict = Verdict::failed;
  int status = 0;                // 0: none came
  bool overloaded = false;       // 429 or 503: send slower
  std::optional<Duration> hold;  // the receiver asks for silence this long
  Duration latency{0};
  std::string text;  // start of the answer, or why there is none
};

/// Reads a response: status, Retry-After (seconds or a date), RateLimit headers (IETF drafts and
/// the X- forms). Pure. Source: RFC 9110 10.2.3, 15; draft-ietf-httpapi-ratelimit-headers.
Answer judge(const fetch::Response& response, WallTime now);

struct RetryPolicy {
  std::vector<std::chrono::milliseconds> waits = {std::chrono::seconds(1), std::chrono::seconds(3),
                                                  std::chrono::seconds(9)};
  unsigned retries = 3;  // after the first attempt; further waits are as the last one
  double jitter = 0.2;   // a wait is lengthened or shortened by up to this share
  std::chrono::seconds longest_hold{300};  // cap of what a receiver may ask for
};

/// How long to wait before trying again after `attempts` (>= 1) attempts, or nullopt to give up.
/// Pure but for `random`.
std::optional<Duration> next_wait(const RetryPolicy& policy, unsigned attempts,
                                  std::mt19937_64& random);

/// Where to, and what is known of it.
struct Target {
  std::string url;
  std::optional<std::uint64_t> quota_left = {};  // records it takes yet; nullopt: no limit
  std::optional<double> learnt_rate = {};        // that it bore in earlier runs
};

struct JobPlan {
  std::vector<Target> targets;  // at least one; the next takes over when a quota is used up
  double rate_per_second = 10;  // 0: no limit
  std::chrono::milliseconds burst{100};  // of tokens that may be made up for at once, <= 1 s
  RetryPolicy retry;
  std::optional<std::uint64_t> canary;            // send so many, then wait for go_on()
  std::uint64_t canary_sent = 0;                  // of those, by earlier runs
  std::optional<double> stop_above_failed_share;  // of ended ones, once 20 have ended
};

struct GovernorSettings {
  std::size_t max_in_flight = 256;           // of one destination
  std::size_t max_in_flight_unlimited = 64;  // of one without any rate
  std::size_t max_retrying = 10'000;         // of a job; then nothing new is sent
  unsigned failures_to_pause = 10;           // in a row: then a destination is only probed
  std::chrono::seconds first_pause{5}, longest_pause{60}, give_up_after{900};  // its jobs stop
  bool shared = false;  // other processes send, too: see wishes()
};
/// What we would send to a URL, by the second (0: no limit), and what we may of it.
struct ShareWish {
  std::string url;
  double limit = 0, ceiling = 0;
  std::chrono::milliseconds burst{100};
  std::uint64_t tokens = 0, unused = 0, unused_of = 0;  // wanted; the last of a grant not spent
};
struct Share {
  std::uint64_t tokens = 0, grant = 0;  // `grant` names them when some come back
  Time first{};  // surely due then, or up to `uncertainty` earlier; no tokens: when to ask again
  Duration interval{0}, uncertainty{0};  // between tokens (0: no limit for now); of `first`
  std::uint64_t others = 0;              // processes that send there, too
};

using JobKey = std::uint64_t;

struct Pending {  // a record that waits to be sent
  std::uint64_t record = 0;
  std::uint16_t attempts = 0;  // made already
};

/// "Send this now", or, with `skip`, "this will not be sent" (every quota is used up).
struct Dispatch {
  JobKey job = 0;
  std::uint64_t record = 0;
  std::uint16_t attempts = 0;  // made before this one
  std::uint16_t target = 0;    // index into JobPlan::targets
  bool skip = false;
  std::uint64_t ticket = 0;  // hand it back with the answer
};

/// What an answer led to: an outcome, or none when the record is tried again (`again`) or stays
/// pending because its job was stopped.
struct Settled {
  std::optional<Outcome> outcome;
  bool again = false;
  std::uint16_t attempts = 0;
  Duration wait{0};
};

enum class JobState { sending, paused, canary, stopped, cancelled, finished };

struct JobStatus {
  JobState state = JobState::sending;
  std::uint64_t delivered = 0, rejected = 0, failed = 0, maybe = 0, skipped = 0;
  std::uint64_t retrying = 0, in_flight = 0;
  double current_rate = 0;          // answers a second, over the last 5 s
  double rate_per_second = 0;       // as set; 0: no limit
  double effective_rate_limit = 0;  // after ceilings and shares; 0: no limit
  Duration latency_p50{0}, latency_p90{0}, latency_p99{0};
  std::uint16_t target = 0;              // that takes new records now: index into JobPlan::targets
  std::optional<double> learnt_rate;     // which that one bears
  std::string held_by, stopped_because;  // held_by: what holds the rate down, in one sentence
  bool receiver_is_down = false;         // nothing but failures came back: only probes are sent
};

/// Decides what is sent when, for all jobs and destinations of a process: a bucket for each job and
/// one for each destination that its jobs share fairly; a ceiling learnt from 429s; as many
/// requests in flight as rate and latency need (Little's law); retries; pauses; quotas.
/// Threads: not thread-safe. Times passed in never go back. Errors: a job's status says them.
class Governor {
 public:
  Governor(GovernorSettings settings, std::uint64_t seed);
  ~Governor();
  Governor(Governor&&) noexcept;
  Governor& operator=(Governor&&) noexcept;

  void add(JobKey job, JobPlan plan, Time now);
  void remove(JobKey job);  // nothing of it may be in flight

  /// True when the job has few records left to choose from: offer() more, or say no_more().
  bool wants_more(JobKey job) const;
  void offer(JobKey job, std::span<const Pending> records);
  void no_more(JobKey job);
  /// Counts an outcome that was decided elsewhere (too large; recorded by an earlier run).
  void count(JobKey job, Outcome outcome, std::uint64_t records);

  /// What to do now, or nothing. To be called until there is nothing.
  std::optional<Dispatch> next(Time now);
  /// When next() may have something although no answer came; Time::max(): never.
  Time wake_at(Time now) const;
  Settled ended(const Dispatch& dispatch, const Answer& answer, Time now);
  /// What to ask whoever has the rates of all processes; each is answered with granted().
  std::vector<ShareWish> wishes(Time now);
  void granted(std::string_view url, const Result<Share>& share, Time now);

  void set_rate(JobKey job, double rate_per_second, Time now);
  void pause(JobKey job);
  void resume(JobKey job, Time now);
  void cancel(JobKey job);
  void go_on(JobKey job);  // after the canary
  /// Nothing of it is sent from then on: it may be with another process. Time::max() at first.
  void send_until(JobKey job, Time time);
  JobStatus status(JobKey job, Time now) const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

/// One record of a job, ready to be sent.
struct Record {
  std::uint64_t number = 0;
  std::string body;
  std::uint16_t attempts = 0;          // made by earlier runs
  std::optional<std::string> refusal;  // set: it is skipped, for this reason
};

/// Where a job's records come from, in their order. Called by the courier's thread.
class RecordSource {
 public:
  virtual ~RecordSource() = default;
  /// The next record, nothing after the last. A failure stops the job.
  virtual Result<std::optional<Record>> next() = 0;
};

/// What became of one attempt, or of a record that was skipped.
struct Entry {
  std::uint64_t record = 0;
  std::optional<Outcome> outcome;  // none: to be tried again
  int status = 0;                  // 0: no answer
  std::uint16_t attempts = 0;
  std::uint16_t target = 0;  // index into JobPlan::targets
  WallTime at{};             // of the outcome, or of the next try
  std::string text;          // start of the answer, or the reason
};

/// Where outcomes are kept. Called by the courier's writer, several outcomes a call; what returns
/// success is on disk. A failure stops the job.
class Ledger {
 public:
  virtual ~Ledger() = default;
  virtual Result<void> append(std::span<const Entry> entries) = 0;
};

/// What a job sends, and where. Source and ledger outlive the job's time with the courier.
struct Job {
  JobPlan plan;
  std::vector<std::string> headers;  // of the user, as check_header() returned them
  std::string secret;                // empty: requests are not signed
  std::string id_prefix;             // webhook-id is this and the record's number
  std::size_t max_body_bytes = 0;    // larger ones are skipped; 0: no limit
  std::chrono::milliseconds timeout{30'000};
  std::array<std::uint64_t, 5> earlier{};  // outcomes that the ledger has of earlier runs
  RecordSource* source = nullptr;
  Ledger* ledger = nullptr;
};

struct CourierSettings {
  GovernorSettings governor;
  fetch::ClientSettings client;  // its clock is the courier's, too
  std::function<WallTime()> wall_clock;
  std::uint64_t seed = 1;
  std::string user_agent = "csv-merger";
  std::function<Result<Share>(const ShareWish&)> ask_share;  // null: no other process sends
};

/// Delivers jobs: asks the governor, sends, settles, and counts what the ledger has taken. The disk
/// is written by a second thread, as much at a time as came meanwhile.
/// Threads: one thread calls all but wake().
/// Errors:  a job whose source or ledger fails stops, and its status says why.
class Courier {
 public:
  explicit Courier(CourierSettings settings);
  ~Courier();  // abandons requests in flight; waits for the ledger

  /// Fails with `invalid_input` for a URL, a header or a secret that can't be used.
  Result<void> add(JobKey key, Job job);
  void remove(JobKey key);  // when it is done
  /// True when nothing of the job is in flight or unrecorded, and nothing more will be sent.
  bool is_done(JobKey key) const;

  /// Sends what is due and handles what came, waiting up to `longest` if there is nothing to do.
  void work(std::chrono::milliseconds longest);
  void wake();

  /// For rates, pauses, cancels and "go on".
  Governor& governor();
  /// Counts are those that the ledger has taken.
  JobStatus status(JobKey key) const;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

/// "Name: value" as it is sent. Fails with `invalid_input` for line breaks, for what is no header,
/// and for names that are ours or the protocol's (Host, Content-Length, webhook-id ...).
Result<std::string> check_header(std::string_view header);

/// The headers of one attempt: those of its delivery (Idempotency-Key, webhook-id), its own
/// (webhook-timestamp, webhook-signature), and `constant` ones.
std::vector<std::string> headers_of(const std::vector<std::string>& constant,
                                    std::string_view secret, std::string_view id, WallTime now,
                                    std::string_view body);

/// `v1,` + base64 HMAC-SHA256 of "id.timestamp.body" (Standard Webhooks). A secret that begins with
/// "whsec_" is base64, any other is used as it is.
std::string signature(std::string_view secret, std::string_view id, std::int64_t timestamp_seconds,
                      std::string_view body);

/// Not empty, and valid base64 when it begins with "whsec_".
Result<void> check_secret(std::string_view secret);

}  // namespace csvm::deliver
