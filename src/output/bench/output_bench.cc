#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "csvm/output.h"

namespace csvm::output {
namespace {

// A row as users have them: 40 columns, half of them empty, one with a comma, one with quotes.
const std::vector<std::string_view> lead = [] {
  std::vector<std::string_view> values(40);
  const std::string_view shown[] = {"Ann",
                                    "van der Berg",
                                    "Head of People, EMEA",
                                    "https://www.linkedin.com/in/ann-van-der-berg",
                                    "ann@acme.example",
                                    "+1 415 555 0134",
                                    "11-50",
                                    "maker of \"smart\" tools for fast-growing teams"};
  for (std::size_t c = 0; c < values.size(); c += 2) values[c] = shown[c / 2 % 8];
  return values;
}();

void BM_SpellRecords(benchmark::State& state) {
  auto sink = CsvSink::create({"/dev/null", "", "", ""}, state.range(0) != 0);
  if (!sink) return state.SkipWithError(sink.error().message.c_str());
  constexpr int rows = 1000;
  pipeline::Spelled spelled;
  for (auto _ : state) {
    spelled.records.clear();
    for (int row = 0; row < rows; ++row) (*sink)->spell(lead, spelled);
    benchmark::DoNotOptimize(spelled.records.data());
  }
  if (spelled.records.find("\"maker of \"\"smart\"\"") == std::string::npos) {
    return state.SkipWithError("a cell is not quoted");
  }
  state.SetItemsProcessed(state.iterations() * rows);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(spelled.records.size()));
  state.SetLabel(state.range(0) != 0 ? "safe for spreadsheets" : "as it is");
}
BENCHMARK(BM_SpellRecords)->Arg(0)->Arg(1)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace csvm::output
