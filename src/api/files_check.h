// files_check.h - whether files can be written and read back, without trying it at every question.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "csvm/base.h"

namespace csvm::api {

/// The last answer of a check that costs requests to a bucket. Threads: any. Blocks for a check;
/// one that is under way answers nobody else: meanwhile `recent` gives what was found before.
class FilesCheck {
 public:
  using Check = std::function<Result<void>()>;
  using Seconds = std::function<double()>;
  FilesCheck(Check check, Seconds seconds)
      : check_(std::move(check)), seconds_(std::move(seconds)) {}

  /// Checks, whenever it was done last.
  Result<void> fresh();
  /// Of a check that is not older than `seconds`; checks otherwise.
  Result<void> recent(double seconds);

 private:
  struct Last {
    std::optional<Result<void>> found;
    double at = 0;                 // when it was asked for
    std::weak_ptr<int> under_way;  // lives as long as one does
  };
  const Check check_;
  const Seconds seconds_;
  Guarded<Last> last_;
};

}  // namespace csvm::api
