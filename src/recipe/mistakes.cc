#include "mistakes.h"

#include <fmt/format.h>

#include <algorithm>

namespace csvm::recipe {
namespace {

constexpr std::size_t max_named = 20;

}  // namespace

void Mistakes::add(std::string_view path, std::string_view what) {
  found_.push_back(fmt::format("{}: {}", path, what));
}

Error Mistakes::error() const {
  std::string message = fmt::format("{}: ", name_);
  if (found_.size() == 1) return {Errc::invalid_input, message + found_.front()};
  message += fmt::format("{} mistakes", found_.size());
  for (std::size_t i = 0; i < std::min(found_.size(), max_named); ++i) {
    message += "\n  " + found_[i];
  }
  if (found_.size() > max_named) {
    message += fmt::format("\n  and {} more", found_.size() - max_named);
  }
  return {Errc::invalid_input, std::move(message)};
}

}  // namespace csvm::recipe
