// csvm/receiver.h - a webhook receiver that misbehaves to plan. The only public header of module
// `receiver`.
//
//   a sender --> Receiver: counts by webhook-id, answers as `Plan` says --> a file of what it got
//
// For tests, for demos, and to rehearse a delivery before a real receiver gets it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "csvm/base.h"

namespace csvm::receiver {

using Clock = std::chrono::steady_clock;

enum class What {
  answer,  // with `status`
  slow,    // 200 after Plan::slow
  reset,   // the connection is reset after the body
  cut,     // the connection ends in the middle of the status line
  lost,    // the record is taken and counted, and the answer is never sent
  hang,    // no answer for Plan::hang, then the connection ends
};

/// What happens to one request.
struct Reaction {
  What what = What::answer;
  int status = 200;
  std::optional<std::chrono::seconds> retry_after;
  bool operator==(const Reaction&) const = default;
};

struct Plan {
  struct Share {
    Reaction reaction;
    double share = 0;
  };
  std::vector<Share> shares;              // of all requests; empty: all are answered with 200
  double rate_per_second = 0;             // above: 429 with Retry-After; 0: no limit
  double burst = 1;                       // requests that may come at once
  std::optional<std::uint64_t> lifetime;  // accepted requests; then 403
  std::chrono::milliseconds delay{0};     // of every answer
  std::chrono::milliseconds slow{2000}, hang{60'000};
};

/// Reads "ok=90,500=5,reset=2,slow=2,hang=1": shares by weight of ok, a status from 200 to 599,
/// slow, reset, cut, lost and hang. Fails with `invalid_input`.
Result<std::vector<Plan::Share>> parse_shares(std::string_view text);

/// Decides what happens to each request. Pure but for the random numbers it makes from its seed.
class Decisions {
 public:
  Decisions(Plan plan, std::uint64_t seed);
  Reaction next(Clock::time_point now);

 private:
  Plan plan_;
  std::mt19937_64 random_;
  std::vector<double> weights_;
  double tokens_;
  std::optional<Clock::time_point> last_;
  std::uint64_t accepted_ = 0;
};

struct Counts {
  std::uint64_t requests = 0;
  std::uint64_t ids = 0;           // different webhook-ids
  std::uint64_t accepted_ids = 0;  // taken at least once
  std::uint64_t surplus = 0;       // taken again after they had been
  std::uint64_t changed = 0;       // requests whose body differs from the first of their id
  std::uint64_t answered_2xx = 0, answered_429 = 0, answered_other = 0, unanswered = 0;
};

struct Settings {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;  // 0: any free one
  Plan plan;
  std::uint64_t seed = 1;
  std::string record_file;  // JSON lines of what came and what was answered; empty: none
  std::size_t max_body_bytes = std::size_t{16} << 20;
  std::function<Clock::time_point()> clock;  // must be set
};

/// A listening receiver. `GET /counts` answers with the counts as JSON.
///
/// Ownership: owns its sockets and one thread; ends both when destroyed.
/// Threads:   every member from any thread.
class Receiver {
 public:
  /// Fails with `io` when it cannot listen there or write its file.
  static Result<std::unique_ptr<Receiver>> start(Settings settings);
  ~Receiver();

  std::uint16_t port() const;
  Counts counts() const;
  /// When requests came, to the last; for tests of rates. At most the last million.
  std::vector<Clock::time_point> arrivals() const;

 private:
  class Loop;
  explicit Receiver(std::unique_ptr<Loop> loop);
  std::unique_ptr<Loop> loop_;
};

std::string to_json(const Counts& counts);

}  // namespace csvm::receiver
