// csvm/base.h - what every module may use: Result, Error, Guarded, run_parallel.
//
// Closed: an addition needs a decision record (docs/adr) and a second user that exists today.
#pragma once

#include <boost/system/result.hpp>
#include <cstddef>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

namespace csvm {

/// Why something could not be done, for programs. Closed: callers switch over it.
enum class Errc {
  invalid_input,
  limit_exceeded,
  not_found,
  conflict,
  io,
  timeout,
  refused,
  cancelled,
  internal,
};

/// The name of a code, as it stands in the enumeration.
std::string_view to_string(Errc code);

/// What a user, a peer or a disk caused. `message` is one sentence for people: it names what was
/// wrong, where, and what to do. Nobody searches its text.
struct Error {
  Errc code = Errc::internal;
  std::string message;
};

/// An I/O error that carries the system's reason: "cannot WHAT 'PATH': REASON".
Error io_error(std::string_view what, std::string_view path, int error_number);

[[noreturn]] void throw_exception_from_error(const Error& error,
                                             const boost::source_location& where);

/// A value or an Error (Boost.System's result); an ignored one warns.
template <class T>
class [[nodiscard]] Result : public boost::system::result<T, Error> {
 public:
  using boost::system::result<T, Error>::result;
};

/// The value of `expression`, or its error returned to our caller. Not for coroutines.
#define CSVM_TRY(expression)                                         \
  __extension__({                                                    \
    auto csvm_try_result = (expression);                             \
    if (!csvm_try_result) return std::move(csvm_try_result).error(); \
    *std::move(csvm_try_result);                                     \
  })

/// As CSVM_TRY for a Result<void>.
#define CSVM_CHECK(expression)                                       \
  do {                                                               \
    auto csvm_try_result = (expression);                             \
    if (!csvm_try_result) return std::move(csvm_try_result).error(); \
  } while (false)

/// A value that can be touched only while its lock is held.
template <class T>
class Guarded {
 public:
  Guarded() = default;
  explicit Guarded(T value) : value_(std::move(value)) {}

  /// Runs `use(value)` under the lock and returns what it returns.
  template <class Use>
  decltype(auto) with(Use&& use) {
    std::lock_guard lock(mutex_);
    return std::forward<Use>(use)(value_);
  }

 private:
  std::mutex mutex_;
  T value_;
};

/// Runs `task(worker, index)` for every index in [0, count) on up to `threads` threads and returns
/// when all have ended. Indexes are handed out in rising order; `worker` is in [0, threads) and no
/// two tasks run with the same one at a time, so it can pick a buffer.
///
/// Errors: after the first failure (or a stop, which gives `cancelled`) no further index is handed
/// out; the failure with the lowest index is returned, so that the answer does not depend on
/// timing. Exceptions of a task become `internal`.
Result<void> run_parallel(
    unsigned threads, std::size_t count, std::stop_token stop,
    const std::function<Result<void>(unsigned worker, std::size_t index)>& task);

}  // namespace csvm
