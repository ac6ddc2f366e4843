// What an answer means, and when to try again.
#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <ctime>

#include "csvm/deliver.h"

namespace csvm::deliver {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::optional<double> number(std::string_view text) {
  text = trimmed(text);
  double value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc() || end != text.data() + text.size() || !(value >= 0)) {
    return std::nullopt;
  }
  return value;
}

// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 5.6.7); the two obsolete forms are not sent any more.
std::optional<WallTime> http_date(const std::string& text) {
  std::tm parts{};
  const char* end = strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return WallTime(std::chrono::seconds(timegm(&parts)));
}

Duration whole_day_at_most(double value) {
  constexpr double day = 86'400;
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(std::min(value, day)));
}

std::optional<Duration> retry_after(const std::string& value, WallTime now) {
  if (const auto wait = number(value)) return whole_day_at_most(*wait);
  if (const auto date = http_date(value)) {
    return whole_day_at_most(std::max(0.0, std::chrono::duration<double>(*date - now).count()));
  }
  return std::nullopt;
}

// What a receiver says of its limit: how much is left, and when it is full again.
struct Budget {
  std::optional<double> remaining;
  std::optional<double> reset;
};

// `RateLimit: "default";r=0;t=3`, or `limit=10, remaining=0, reset=3` of earlier drafts.
void read_fields(std::string_view value, Budget& budget) {
  while (!value.empty()) {
    const std::size_t end = std::min(value.find_first_of(";,"), value.size());
    const std::string_view field = trimmed(value.substr(0, end));
    value.remove_prefix(std::min(end + 1, value.size()));
    const std::size_t equals = field.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view name = field.substr(0, equals);
    const auto amount = number(field.substr(equals + 1));
    if (name == "r" || name == "remaining") budget.remaining = amount;
    if (name == "t" || name == "reset") budget.reset = amount;
  }
}

std::optional<Duration> budget_hold(const fetch::Response& response, WallTime now) {
  Budget budget;
  for (const auto& [name, value] : response.headers) {
    if (name == "ratelimit") read_fields(value, budget);
    if (name == "ratelimit-remaining" || name == "x-ratelimit-remaining") {
      budget.remaining = number(value);
    }
    if (name == "ratelimit-reset" || name == "x-ratelimit-reset") budget.reset = number(value);
  }
  if (!budget.remaining || !budget.reset || *budget.remaining >= 1) return std::nullopt;
  double wait = *budget.reset;
  constexpr double surely_a_date = 1e9;  // some send the moment instead of the seconds until then
  if (wait > surely_a_date) {
    wait -= std::chrono::duration<double>(now.time_since_epoch()).count();
  }
  return whole_day_at_most(std::max(0.0, wait));
}

Verdict verdict_of(int status, bool says_when) {
  if (status >= 200 && status < 300) return Verdict::delivered;
  if (status == 429 || (status == 503 && says_when)) return Verdict::throttled;
  if (status == 410) return Verdict::gone;
  const bool retried = status == 408 || status == 425 || status >= 500 || status < 400;
  return retried ? Verdict::failed : Verdict::rejected;
}

}  // namespace

std::string_view to_string(Outcome outcome) {
  constexpr std::array<std::string_view, 5> names = {"delivered", "rejected", "failed", "maybe",
                                                     "skipped"};
  return names.at(static_cast<std::size_t>(outcome));
}

Answer judge(const fetch::Response& response, WallTime now) {
  Answer answer;
  answer.latency = response.latency;
  if (response.ending != fetch::Ending::answered) {
    answer.text = response.reason;
    const bool refused = response.ending == fetch::Ending::refused;
    answer.verdict = refused                 ? Verdict::rejected
                     : response.request_sent ? Verdict::unanswered
                                             : Verdict::failed;
    return answer;
  }
  answer.status = response.status;
  answer.text = response.excerpt;
  std::optional<Duration> wait;
  for (const auto& [name, value] : response.headers) {
    if (name == "retry-after") wait = retry_after(value, now);
    if (name == "location" && response.status / 100 == 3) {
      answer.text = "redirects are not followed; the answer points to " + value;
    }
  }
  answer.verdict = verdict_of(response.status, wait.has_value());
  answer.overloaded = response.status == 429 || response.status == 503;
  if (answer.overloaded) answer.hold = wait;
  if (!answer.hold) answer.hold = budget_hold(response, now);
  return answer;
}

std::optional<Duration> next_wait(const RetryPolicy& policy, unsigned attempts,
                                  std::mt19937_64& random) {
  if (attempts > policy.retries) return std::nullopt;
  if (policy.waits.empty()) return Duration{0};
  const std::size_t entry = std::min<std::size_t>(attempts - 1, policy.waits.size() - 1);
  std::uniform_real_distribution<double> spread(1 - policy.jitter, 1 + policy.jitter);
  return std::chrono::duration_cast<Duration>(policy.waits[entry] * spread(random));
}

}  // namespace csvm::deliver
