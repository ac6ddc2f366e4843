#include <benchmark/benchmark.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "csvm/pipeline.h"

namespace csvm::pipeline {
namespace {

// Counts what it is given; spelling is another module's cost.
class CountingSink final : public RowSink {
 public:
  Result<void> begin(const Table&, const std::vector<Source>&) override { return {}; }
  void spell(std::span<const std::string_view> values, Spelled& out) const override {
    out.records += values.empty() ? '0' : '1';
  }
  void spell_left_out(const LeftOut&, Spelled& out) const override { out.left_out += '1'; }
  Result<void> write(const Spelled& spelled) override {
    records += spelled.records.size();
    left_out += spelled.left_out.size();
    return {};
  }
  std::size_t records = 0, left_out = 0;
};

// Leads of which every fourth repeats an earlier one.
std::string leads(int rows) {
  std::string text = "First Name,Last Name,Company,Email,Website,Title,City,Note\n";
  for (int row = 0; row < rows; ++row) {
    const std::string n = std::to_string(row % 4 == 3 ? row / 2 : row);
    text += "Ann" + n + ",Lee,Acme " + n + " Inc,ann" + n + "@acme" + n +
            ".example,https://www.acme" + n +
            ".example/about,\"Head of People, EMEA\",Berlin,note " + std::to_string(row) + "\n";
  }
  return text;
}

void BM_Run(benchmark::State& state) {
  constexpr int rows = 50'000;
  const auto path = std::filesystem::temp_directory_path() /
                    ("pipeline_bench_" + std::to_string(getpid()) + ".csv");
  std::ofstream(path, std::ios::binary) << leads(rows);
  Settings settings;
  settings.fields = columns::built_in_fields(columns::TableType::people);
  settings.matching.mode = static_cast<cluster::Mode>(state.range(0));
  SourceFile file;
  file.path = path.string();
  file.name = "leads.csv";
  for (auto _ : state) {
    const auto sources = open_sources({file}, settings);
    if (!sources) return state.SkipWithError(sources.error().message.c_str());
    CountingSink sink;
    const auto summary = run(*sources, {}, settings, sink);
    if (!summary) return state.SkipWithError(summary.error().message.c_str());
    if (sink.records != summary->total.kept || summary->total.read != rows) {
      return state.SkipWithError("rows are missing");
    }
  }
  std::filesystem::remove(path);
  state.SetItemsProcessed(state.iterations() * rows);
  state.SetLabel(state.range(0) == 0 ? "none" : "exact");
}
BENCHMARK(BM_Run)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace csvm::pipeline
