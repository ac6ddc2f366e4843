#include "files_check.h"

namespace csvm::api {

Result<void> FilesCheck::fresh() {
  const double asked = seconds_();
  auto found = check_();
  last_.with([&](Last& last) {
    // One that was begun later may have ended before this one.
    if (!last.found || last.at <= asked) {
      last.found = found;
      last.at = asked;
    }
  });
  return found;
}

Result<void> FilesCheck::recent(double seconds) {
  const auto under_way = std::make_shared<int>();
  const auto known = last_.with([&](Last& last) -> std::optional<Result<void>> {
    const bool is_recent = last.found && seconds_() - last.at <= seconds;
    if (last.found && (is_recent || !last.under_way.expired())) return last.found;
    last.under_way = under_way;
    return std::nullopt;
  });
  return known ? *known : fresh();
}

}  // namespace csvm::api
