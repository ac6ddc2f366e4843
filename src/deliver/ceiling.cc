#include "ceiling.h"

#include <algorithm>

#include "pace.h"

namespace csvm::deliver {
namespace {

constexpr double lowest_rate = 0.05;   // one in 20 s
constexpr double step = 1.10;          // while searching
constexpr double probing_step = 1.05;  // above a settled rate
constexpr double margin = 0.97;        // of a learnt limit
constexpr double requests_per_step = 5;
constexpr auto shortest_step = std::chrono::seconds(1);
constexpr auto shortest_estimate = std::chrono::seconds(3);
constexpr auto longest_estimate = std::chrono::seconds(20);
constexpr std::uint64_t fewest_accepted = 5;  // for an estimate
constexpr double least_share = 0.25;  // of the rate, or something else than the receiver held us up
constexpr auto first_hold = std::chrono::seconds(30);
constexpr auto longest_hold = std::chrono::seconds(120);
constexpr auto shortest_halving = std::chrono::seconds(1);  // from one to the next
constexpr unsigned enough_disappointments = 3;
constexpr double small_share = 0.5;  // of refusals, which no limit explains
constexpr auto first_unheeded = std::chrono::seconds(60);
constexpr auto longest_unheeded = std::chrono::seconds(600);

Duration step_time(double rate) {
  return std::max<Duration>(shortest_step, seconds(requests_per_step / rate));
}

}  // namespace

void Ceiling::set(double rate, Time next_raise) {
  rate_ = std::max(rate, lowest_rate);
  raise_at_ = next_raise;
}

void Ceiling::forget() {
  const Duration unheeded = unheeded_;
  const Time heeded_from = heeded_from_;
  *this = Ceiling{};
  unheeded_ = unheeded;
  heeded_from_ = heeded_from;
}

std::optional<double> Ceiling::estimate(double refused_rate, Time now) {
  while (!refusals_.empty() && now - refusals_.front().at > longest_estimate) refusals_.pop_front();
  if (refusals_.empty()) return std::nullopt;
  const Refusal& first = refusals_.front();
  const std::uint64_t accepted = accepted_ - first.accepted;
  if (now - first.at < shortest_estimate || accepted < fewest_accepted) return std::nullopt;
  const double passed = std::chrono::duration<double>(now - first.at).count();
  const auto asked = static_cast<double>(accepted + refused_ - first.refused);
  if (asked < least_share * refused_rate * passed) return std::nullopt;
  return static_cast<double>(accepted) / passed;
}

void Ceiling::refused(Time sent_at, double limit, Time now) {
  ++refused_;
  if (sent_at <= cut_at_ || now < heeded_from_) return;
  const double refused_rate = rate_ ? *rate_ : limit;
  const auto estimated = estimate(refused_rate, now);
  if (settled_by_clean_ && refused_rate <= clean_) clean_ = 0;  // it was not
  const double learnt = std::max(estimated.value_or(0), clean_);
  if (learnt > 0) {
    settled_by_clean_ = clean_ >= estimated.value_or(0);
    settle(learnt * margin, now);
  } else if (!rate_ || now >= cut_at_ + shortest_halving) {
    searching_ = true;
    set(refused_rate / 2, now + step_time(refused_rate / 2));
  } else {
    return;
  }
  refusals_.push_back({now, accepted_, refused_});
  cut_at_ = now;
}

void Ceiling::settle(double learnt, Time now) {
  if (settled_ > 0 && rate_ && *rate_ <= settled_) ++disappointments_;
  const Refusal& first = refusals_.empty() ? Refusal{} : refusals_.front();
  const auto refused = static_cast<double>(refused_ - first.refused);
  const auto accepted = static_cast<double>(accepted_ - first.accepted);
  if (disappointments_ >= enough_disappointments && refused < small_share * (refused + accepted)) {
    unheeded_ = std::clamp<Duration>(unheeded_ * 2, first_unheeded, longest_unheeded);
    heeded_from_ = now + unheeded_;
    forget();
    return;
  }
  searching_ = false;
  settled_ = learnt;
  hold_ = std::clamp<Duration>(hold_ * 2, first_hold, longest_hold);
  set(learnt, now + hold_);
}

void Ceiling::advance(double limit, Time now) {
  if (!rate_ || now < raise_at_) return;
  clean_ = std::max(clean_, *rate_);
  disappointments_ = 0;
  const double raised = *rate_ * (searching_ ? step : probing_step);
  if (limit > 0 && raised >= limit) {
    forget();
    return;
  }
  set(raised, now + step_time(raised));
}

}  // namespace csvm::deliver
