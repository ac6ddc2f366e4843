// Deliveries into the ledger, claims from a long queue.
#include <benchmark/benchmark.h>
#include <sqlite3.h>
#include <cstdlib>

#include <array>
#include <filesystem>
#include <random>

#include "csvm/store.h"

namespace csvm::store {
namespace {

class Bench {
 public:
  Bench() {
    std::string name = (std::filesystem::temp_directory_path() / "csvm-bench-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    Options options;
    options.now = [] {
      return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
    };
    options.random = [this](std::span<std::byte> out) {
      for (auto& byte : out) byte = static_cast<std::byte>(engine_());
    };
    options.limits.files_per_session = 0;
    options.limits.jobs_at_once_per_session = 3;
    store = *open_sqlite(folder_ + "/store.db", options);
  }
  ~Bench() {
    store.reset();
    std::filesystem::remove_all(folder_);
  }

  std::string session() { return store->create_session()->id; }

  std::string upload(const std::string& session) {
    const auto made = *store->create_upload(session);
    const auto file = *store->add_file(session, made.id, "leads.csv", 1);
    *store->complete_file(session, file.id, 1, "");
    return made.id;
  }

  Job job(const std::string& session, const std::string& upload, Mode mode) {
    NewJob wanted;
    wanted.upload_id = upload;
    wanted.mode = mode;
    wanted.webhook.url = "https://receiver.example/hook";
    return *store->create_job(session, wanted);
  }

  double megabytes_on_disk() const {
    std::uintmax_t bytes = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder_))
      bytes += entry.file_size();
    return static_cast<double>(bytes) / 1e6;
  }

  std::unique_ptr<Store> store;

 private:
  std::mt19937_64 engine_{1};
  std::string folder_;
};

constexpr std::array both = {Phase::merge, Phase::deliver};

// A million deliveries in batches of `range`, one write to the disk each; every 200th one failed.
void BM_AppendAMillionDeliveries(benchmark::State& state) {
  const auto batch_size = static_cast<Count>(state.range(0));
  constexpr Count records = 1'000'000;
  for (auto _ : state) {
    state.PauseTiming();
    Bench bench;
    const auto session = bench.session();
    const auto job = bench.job(session, bench.upload(session), Mode::webhook);
    const auto merge = **bench.store->claim("w", both);
    *bench.store->complete(merge.lease, {}, {});
    const auto claim = **bench.store->claim("w", both);
    state.ResumeTiming();
    std::vector<Delivery> batch;
    for (Count record = 0; record < records;) {
      batch.clear();
      for (Count i = 0; i < batch_size && record < records; ++i, ++record) {
        const bool failed = record % 200 == 0;
        batch.push_back({record, failed ? DeliveryState::failed : DeliveryState::delivered,
                         static_cast<std::uint16_t>(failed ? 503 : 200), 1,
                         Time(std::chrono::seconds(1'700'000'000 + record / 100)),
                         failed ? "{\"error\":\"service unavailable, try later\"}" : ""});
      }
      *bench.store->append_deliveries(claim.lease, batch, {});
    }
    state.PauseTiming();
    const auto counts = *bench.store->delivery_counts(session, job.id);
    if (counts.delivered + counts.failed != records) state.SkipWithError("wrong counts");
    state.counters["MB_on_disk"] = bench.megabytes_on_disk();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(records));
}
BENCHMARK(BM_AppendAMillionDeliveries)
    ->Arg(1'000)
    ->Arg(10'000)
    ->Unit(benchmark::kMillisecond)
    ->Iterations(1);

// Claim and hand back while `range` jobs of a hundred sessions wait.
void BM_ClaimFromALongQueue(benchmark::State& state) {
  Bench bench;
  std::vector<std::pair<std::string, std::string>> sessions;
  for (int i = 0; i < 100; ++i) {
    const auto session = bench.session();
    sessions.emplace_back(session, bench.upload(session));
  }
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    const auto& [session, upload] = sessions[static_cast<std::size_t>(i % 100)];
    bench.job(session, upload, Mode::download);
  }
  for (auto _ : state) {
    const auto claim = bench.store->claim("w", both);
    if (!claim || !*claim) return state.SkipWithError("nothing to claim");
    state.PauseTiming();
    *bench.store->release((*claim)->lease);
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_ClaimFromALongQueue)->Arg(100)->Arg(10'000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace csvm::store
