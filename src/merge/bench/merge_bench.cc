#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "csvm/merge.h"

namespace csvm::merge {
namespace {

// Clusters of `size` records with 20 columns of a dozen bytes, a third of them empty.
std::vector<std::vector<std::string>> members(std::size_t size) {
  std::vector<std::vector<std::string>> rows(size);
  for (std::size_t m = 0; m < size; ++m) {
    for (std::size_t c = 0; c < 20; ++c) {
      rows[m].push_back((m + c) % 3 == 0 ? "" : "a value " + std::to_string(c % 7 + m % 2));
    }
  }
  return rows;
}

void BM_Accumulate(benchmark::State& state) {
  const auto rule = static_cast<Survivor>(state.range(0));
  const auto rows = members(static_cast<std::size_t>(state.range(1)));
  std::vector<std::vector<std::string_view>> views;
  for (const auto& row : rows) views.emplace_back(row.begin(), row.end());
  Accumulator accumulator(rule, 20);
  for (auto _ : state) {
    accumulator.start();
    for (const auto& values : views) accumulator.add({values, 0, 0});
    const auto survivor = accumulator.values();
    if (survivor[1].empty()) return state.SkipWithError("a value was lost");
    benchmark::DoNotOptimize(survivor.data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(1));
  state.SetLabel(std::string(to_string(rule)));
}
BENCHMARK(BM_Accumulate)->ArgsProduct({{0, 2, 3}, {2, 100}});

}  // namespace
}  // namespace csvm::merge
