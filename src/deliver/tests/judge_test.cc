#include <gtest/gtest.h>

#include "csvm/deliver.h"

namespace csvm::deliver {
namespace {

using namespace std::chrono_literals;

// Sun, 06 Nov 1994 08:49:37 GMT
constexpr WallTime now{std::chrono::seconds(784'111'777)};

Answer judged(int status, std::vector<std::pair<std::string, std::string>> headers) {
  fetch::Response response;
  response.ending = fetch::Ending::answered;
  response.status = status;
  response.headers = std::move(headers);
  return judge(response, now);
}

TEST(Judge, ReadsRetryAfterInSecondsAndAsADate) {
  EXPECT_EQ(judged(429, {{"retry-after", "120"}}).hold, 120s);
  EXPECT_EQ(judged(503, {{"retry-after", "0"}}).hold, 0s);
  EXPECT_EQ(judged(429, {{"retry-after", "Sun, 06 Nov 1994 08:50:07 GMT"}}).hold, 30s);
  EXPECT_EQ(judged(429, {{"retry-after", "Sun, 06 Nov 1994 08:00:00 GMT"}}).hold, 0s);
}

TEST(Judge, IgnoresARetryAfterThatSaysNothing) {
  for (const char* value : {"", "soon", "-1", "nan", "1 minute", "06 Nov 1994"}) {
    EXPECT_EQ(judged(429, {{"retry-after", value}}).hold, std::nullopt) << value;
  }
  EXPECT_LE(*judged(429, {{"retry-after", "1e300"}}).hold, 24h);
  EXPECT_EQ(judged(200, {{"retry-after", "5"}}).hold, std::nullopt);
}

TEST(Judge, WaitsWhenTheReceiverSaysThatItsBudgetIsUsedUp) {
  EXPECT_EQ(judged(200, {{"ratelimit-remaining", "0"}, {"ratelimit-reset", "7"}}).hold, 7s);
  EXPECT_EQ(judged(200, {{"ratelimit", "\"default\";r=0;t=3"}}).hold, 3s);
  EXPECT_EQ(judged(200, {{"ratelimit", "limit=10, remaining=0, reset=4"}}).hold, 4s);
  EXPECT_EQ(judged(200, {{"ratelimit", "\"default\";r=9;t=3"}}).hold, std::nullopt);
  EXPECT_EQ(judged(200, {{"ratelimit-remaining", "1"}, {"ratelimit-reset", "7"}}).hold,
            std::nullopt);
  EXPECT_EQ(judged(200, {{"ratelimit-remaining", "0"}}).hold, std::nullopt);
}

TEST(Judge, TakesALargeResetForAMoment) {
  fetch::Response response;
  response.ending = fetch::Ending::answered;
  response.status = 200;
  response.headers = {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "1700000012"}};
  EXPECT_EQ(judge(response, WallTime(1'700'000'000s)).hold, 12s);
}

TEST(Judge, TellsWhatMayHaveArrivedFromWhatSurelyDidNot) {
  fetch::Response response;
  response.ending = fetch::Ending::timed_out;
  response.reason = "no answer within 30000 ms";
  response.request_sent = true;
  EXPECT_EQ(judge(response, now).verdict, Verdict::unanswered);
  EXPECT_EQ(judge(response, now).text, "no answer within 30000 ms");
  response.ending = fetch::Ending::not_connected;
  response.request_sent = false;
  EXPECT_EQ(judge(response, now).verdict, Verdict::failed);
  response.ending = fetch::Ending::refused;
  EXPECT_EQ(judge(response, now).verdict, Verdict::rejected);
}

TEST(Judge, SaysWhereARedirectPoints) {
  const Answer answer = judged(302, {{"location", "http://127.0.0.1/"}});
  EXPECT_EQ(answer.verdict, Verdict::failed);
  EXPECT_EQ(answer.text, "redirects are not followed; the answer points to http://127.0.0.1/");
}

TEST(Judge, A503WithoutATimeCostsAnAttempt) {
  EXPECT_EQ(judged(503, {}).verdict, Verdict::failed);
  EXPECT_TRUE(judged(503, {}).overloaded);
  EXPECT_EQ(judged(503, {{"retry-after", "1"}}).verdict, Verdict::throttled);
}

TEST(NextWait, RepeatsItsLastEntryAndThenGivesUp) {
  std::mt19937_64 random(1);
  RetryPolicy policy;
  policy.jitter = 0;
  policy.retries = 5;
  std::vector<Duration> waits;
  for (unsigned attempts = 1; const auto wait = next_wait(policy, attempts, random); ++attempts) {
    waits.push_back(*wait);
  }
  EXPECT_EQ(waits, (std::vector<Duration>{1s, 3s, 9s, 9s, 9s}));
  policy.retries = 0;
  EXPECT_EQ(next_wait(policy, 1, random), std::nullopt);
}

}  // namespace
}  // namespace csvm::deliver
