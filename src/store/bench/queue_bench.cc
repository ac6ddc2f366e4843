// The queue in Redis, as bench/redis_queue.py compares it with RQ. Needs CSVM_REDIS_URL, and leaves
// some thousand jobs there.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <random>
#include <semaphore>
#include <thread>

#include "csvm/store.h"

namespace csvm::store {
namespace {

using Steady = std::chrono::steady_clock;
constexpr std::array merge_only = {Phase::merge};

class Queue {
 public:
  explicit Queue(const char* url) : url_(url) {
    producer = open({});
    session_ = producer->create_session()->id;
    const auto made = *producer->create_upload(session_);
    const auto file = *producer->add_file(session_, made.id, "leads.csv", 1);
    *producer->complete_file(session_, file.id, 1, "");
    upload_ = made.id;
  }

  std::unique_ptr<Store> open(std::function<void()> work_waiting) {
    Options options;
    options.now = [] {
      return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
    };
    options.random = [engine = std::make_shared<Guarded<std::mt19937_64>>(
                          std::mt19937_64(std::random_device()()))](std::span<std::byte> out) {
      engine->with([&](auto& e) {
        for (auto& byte : out) byte = static_cast<std::byte>(e());
      });
    };
    options.limits.jobs_at_once_per_session = 0;
    options.work_waiting = std::move(work_waiting);
    std::vector<std::string> warnings;
    return *open_redis(url_, std::move(options), warnings);
  }

  void enqueue() {
    NewJob wanted;
    wanted.upload_id = upload_;
    *producer->create_job(session_, wanted);
  }

  std::unique_ptr<Store> producer;

 private:
  const std::string url_;
  std::string session_, upload_;
};

// From the call that enqueues a job to the moment at which a worker has it that was idle; one at a
// time.
void BM_EnqueueToStart(benchmark::State& state) {
  const char* const url = std::getenv("CSVM_REDIS_URL");
  if (url == nullptr) return state.SkipWithError("set CSVM_REDIS_URL");
  Queue queue(url);
  std::counting_semaphore<> told(0), ended(0);
  std::atomic<bool> is_over = false;
  Steady::time_point start;
  const auto store = queue.open([&] { told.release(); });
  std::thread worker([&] {
    while (told.acquire(), !is_over) {
      const auto claim = store->claim("bench", merge_only);
      if (!claim || !*claim) continue;
      start = Steady::now();
      *store->complete((*claim)->lease, {}, {});
      ended.release();
    }
  });
  std::vector<double> waits;
  for (auto _ : state) {
    const auto begin = Steady::now();
    queue.enqueue();
    ended.acquire();
    waits.push_back(std::chrono::duration<double, std::milli>(start - begin).count());
  }
  is_over = true;
  told.release();
  worker.join();
  std::ranges::sort(waits);
  state.counters["p50_ms"] = waits[waits.size() / 2];
  state.counters["p99_ms"] = waits[waits.size() * 99 / 100];
}
BENCHMARK(BM_EnqueueToStart)->Iterations(500)->UseRealTime()->Unit(benchmark::kMillisecond);

// A line of jobs, worked off by `range` workers that do nothing but claim and complete.
void BM_WorkOff(benchmark::State& state) {
  const char* const url = std::getenv("CSVM_REDIS_URL");
  if (url == nullptr) return state.SkipWithError("set CSVM_REDIS_URL");
  constexpr int jobs = 3000;
  Queue queue(url);
  for (auto _ : state) {
    state.PauseTiming();
    for (int i = 0; i < jobs; ++i) queue.enqueue();
    state.ResumeTiming();
    std::atomic<int> done = 0;
    std::vector<std::thread> workers;
    for (std::int64_t n = 0; n < state.range(0); ++n) {
      workers.emplace_back([&] {
        for (;;) {
          const auto claim = queue.producer->claim("bench", merge_only);
          if (!claim || !*claim) return;
          *queue.producer->complete((*claim)->lease, {}, {});
          ++done;
        }
      });
    }
    for (auto& worker : workers) worker.join();
    if (done != jobs) return state.SkipWithError("jobs were lost");
  }
  state.SetItemsProcessed(state.iterations() * jobs);
}
BENCHMARK(BM_WorkOff)->Arg(1)->Arg(2)->Iterations(1)->UseRealTime()->Unit(benchmark::kMillisecond);

// What it costs to enqueue.
void BM_Enqueue(benchmark::State& state) {
  const char* const url = std::getenv("CSVM_REDIS_URL");
  if (url == nullptr) return state.SkipWithError("set CSVM_REDIS_URL");
  Queue queue(url);
  for (auto _ : state) queue.enqueue();
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_Enqueue)->Iterations(3000)->UseRealTime()->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace csvm::store
