#include <atomic>
#include <exception>
#include <optional>
#include <thread>
#include <vector>

#include "csvm/base.h"

namespace csvm {
namespace {

struct Failure {
  std::size_t index;
  Error error;
};

Result<void> run_caught(const std::function<Result<void>(unsigned, std::size_t)>& task,
                        unsigned worker, std::size_t index) {
  try {
    return task(worker, index);
  } catch (const std::bad_alloc&) {
    return Error{Errc::limit_exceeded, "out of memory"};
  } catch (const std::exception& exception) {
    return Error{Errc::internal, exception.what()};
  }
}

}  // namespace

Result<void> run_parallel(
    unsigned threads, std::size_t count, std::stop_token stop,
    const std::function<Result<void>(unsigned worker, std::size_t index)>& task) {
  std::atomic<std::size_t> next{0};
  std::atomic<bool> failed{false};
  Guarded<std::optional<Failure>> first;

  const auto work = [&](unsigned worker) {
    while (!failed.load(std::memory_order_relaxed)) {
      const std::size_t index = next.fetch_add(1, std::memory_order_relaxed);
      if (index >= count) return;
      Result<void> done = stop.stop_requested() ? Result<void>(Error{Errc::cancelled, "cancelled"})
                                                : run_caught(task, worker, index);
      if (done) continue;
      failed.store(true, std::memory_order_relaxed);
      first.with([&](std::optional<Failure>& failure) {
        if (!failure || index < failure->index) failure = Failure{index, std::move(done).error()};
      });
    }
  };

  std::vector<std::jthread> others;
  for (unsigned worker = 1; worker < threads && worker < count; ++worker) {
    others.emplace_back(work, worker);
  }
  work(0);
  others.clear();  // joins

  return first.with([](std::optional<Failure>& failure) -> Result<void> {
    if (failure) return std::move(failure->error);
    return {};
  });
}

}  // namespace csvm
