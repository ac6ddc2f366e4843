// What happens to a request.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "csvm/receiver.h"

namespace csvm::receiver {
namespace {

std::optional<Reaction> reaction_named(std::string_view name) {
  if (name == "ok") return Reaction{};
  if (name == "slow") return Reaction{What::slow, 200, std::nullopt};
  if (name == "reset") return Reaction{What::reset, 0, std::nullopt};
  if (name == "cut") return Reaction{What::cut, 0, std::nullopt};
  if (name == "lost") return Reaction{What::lost, 0, std::nullopt};
  if (name == "hang") return Reaction{What::hang, 0, std::nullopt};
  int status = 0;
  const auto [end, failed] = std::from_chars(name.data(), name.data() + name.size(), status);
  if (failed != std::errc() || end != name.data() + name.size()) return std::nullopt;
  if (status < 200 || status > 599) return std::nullopt;
  Reaction reaction{What::answer, status, std::nullopt};
  if (status == 429 || status == 503) reaction.retry_after = std::chrono::seconds(1);
  return reaction;
}

}  // namespace

Result<std::vector<Plan::Share>> parse_shares(std::string_view text) {
  std::vector<Plan::Share> shares;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view entry = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    const std::size_t equals = entry.find('=');
    const auto reaction = reaction_named(entry.substr(0, equals));
    double share = -1;
    if (equals != std::string_view::npos) {
      const std::string_view number = entry.substr(equals + 1);
      const auto [end, failed] =
          std::from_chars(number.data(), number.data() + number.size(), share);
      if (failed != std::errc() || end != number.data() + number.size()) share = -1;
    }
    if (!reaction || !(share >= 0) || !std::isfinite(share)) {
      return Error{Errc::invalid_input,
                   fmt::format("'{}' in the plan: expected WHAT=SHARE, where WHAT is ok, slow, "
                               "reset, cut, lost, hang or a status from 200 to 599",
                               entry)};
    }
    shares.push_back({*reaction, share});
  }
  const bool some = std::ranges::any_of(shares, [](const auto& share) { return share.share > 0; });
  if (!shares.empty() && !some) {
    return Error{Errc::invalid_input, "the shares of the plan are all zero"};
  }
  return shares;
}

Decisions::Decisions(Plan plan, std::uint64_t seed)
    : plan_(std::move(plan)), random_(seed), tokens_(std::max(1.0, plan_.burst)) {
  for (const auto& share : plan_.shares) weights_.push_back(share.share);
}

Reaction Decisions::next(Clock::time_point now) {
  if (plan_.rate_per_second > 0) {
    if (last_) {
      const double passed = std::chrono::duration<double>(now - *last_).count();
      tokens_ = std::min(std::max(1.0, plan_.burst), tokens_ + passed * plan_.rate_per_second);
    }
    last_ = now;
    if (tokens_ < 1) {
      const double wait = (1 - tokens_) / plan_.rate_per_second;
      return {What::answer, 429, std::chrono::seconds(std::max(1L, std::lround(std::ceil(wait))))};
    }
    tokens_ -= 1;
  }
  if (plan_.lifetime && accepted_ >= *plan_.lifetime) return {What::answer, 403, std::nullopt};
  Reaction reaction;
  if (!weights_.empty()) {
    std::discrete_distribution<std::size_t> choice(weights_.begin(), weights_.end());
    reaction = plan_.shares[choice(random_)].reaction;
  }
  const bool taken = reaction.what == What::lost || reaction.what == What::slow ||
                     (reaction.what == What::answer && reaction.status < 300);
  accepted_ += taken ? 1 : 0;
  return reaction;
}

}  // namespace csvm::receiver
