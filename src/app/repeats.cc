#include "repeats.h"

namespace csvm::app {
namespace {

constexpr std::size_t most_texts = 256;

}  // namespace

std::optional<std::uint64_t> Repeats::take(std::string_view text, Time now) {
  const auto known = told_.find(std::string(text));
  if (known == told_.end()) {
    if (told_.size() >= most_texts) forget_old(now);
    if (told_.size() < most_texts) told_.emplace(text, Told{now});
    return 0;
  }
  Told& told = known->second;
  // A clock that was set back must not silence it.
  if (now >= told.at && now - told.at < every_) {
    ++told.left_out;
    return std::nullopt;
  }
  const std::uint64_t left_out = told.left_out;
  told = Told{now};
  return left_out;
}

void Repeats::forget_old(Time now) {
  std::erase_if(told_, [&](const auto& entry) {
    return now < entry.second.at || now - entry.second.at >= every_;
  });
}

}  // namespace csvm::app
