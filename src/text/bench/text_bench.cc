// Similarity of company names (19 characters on average, one core): the goals are 34 M pairs/s
// for CachedRatio and 180 M pairs/s for ManyRatio. Folding and tokens beside them.
#include <benchmark/benchmark.h>

#include <random>

#include "csvm/text.h"

namespace {

namespace text = csvm::text;

// Names of 2-4 words, 8 to 34 bytes, 19 on average; the same every run.
std::vector<std::string> company_names(std::size_t count) {
  const char* const words[] = {"acme",  "north", "global", "data",    "river",   "systems",
                               "green", "blue",  "labs",   "partner", "digital", "media",
                               "first", "house", "stone",  "capital", "health",  "foods"};
  const char* const forms[] = {" inc", " ltd", " gmbh", "", " llc", " group"};
  std::mt19937 random(7);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < count; ++i) {
    std::string name = words[random() % std::size(words)];
    for (std::size_t more = 1 + random() % 2; more > 0; --more) {
      name += ' ';
      name += words[random() % std::size(words)];
    }
    names.push_back(name + forms[random() % std::size(forms)]);
  }
  return names;
}

void report_pairs(benchmark::State& state, std::size_t pairs_per_round) {
  state.counters["pairs"] = benchmark::Counter(
      static_cast<double>(state.iterations()) * static_cast<double>(pairs_per_round),
      benchmark::Counter::kIsRate);
}

void BM_CachedRatio(benchmark::State& state) {
  const auto names = company_names(2000);
  const text::CachedRatio cached("north river systems");
  const auto cutoff = static_cast<double>(state.range(0));
  for (auto _ : state) {
    double sum = 0;
    for (const auto& name : names) sum += cached(name, cutoff);
    benchmark::DoNotOptimize(sum);
  }
  report_pairs(state, names.size());
}
BENCHMARK(BM_CachedRatio)->Arg(0)->Arg(85);

void BM_ManyRatio(benchmark::State& state) {
  const auto names = company_names(static_cast<std::size_t>(state.range(0)));
  const std::vector<std::string_view> views(names.begin(), names.end());
  const text::ManyRatio many(views);
  std::vector<float> scores(names.size());
  for (auto _ : state) {
    many("north river systems", scores);
    benchmark::DoNotOptimize(scores.data());
  }
  report_pairs(state, names.size());
}
BENCHMARK(BM_ManyRatio)->Arg(50)->Arg(2000);

void BM_ManyRatioPrepared(benchmark::State& state) {
  const auto names = company_names(static_cast<std::size_t>(state.range(0)));
  const std::vector<std::string_view> views(names.begin(), names.end());
  for (auto _ : state) {
    const text::ManyRatio many(views);
    benchmark::DoNotOptimize(many.size());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_ManyRatioPrepared)->Arg(50)->Arg(2000);

template <class Measure>
void measure_pairs(benchmark::State& state, Measure measure) {
  const auto names = company_names(2000);
  for (auto _ : state) {
    double sum = 0;
    for (std::size_t i = 1; i < names.size(); ++i) {
      sum += static_cast<double>(measure(names[i - 1], names[i]));
    }
    benchmark::DoNotOptimize(sum);
  }
  report_pairs(state, names.size() - 1);
}

void BM_Ratio(benchmark::State& state) { measure_pairs(state, text::ratio); }
BENCHMARK(BM_Ratio);

void BM_EditDistance(benchmark::State& state) {
  measure_pairs(
      state, [](std::string_view a, std::string_view b) { return text::edit_distance(a, b, 3); });
}
BENCHMARK(BM_EditDistance);

void BM_JaroWinkler(benchmark::State& state) { measure_pairs(state, text::jaro_winkler); }
BENCHMARK(BM_JaroWinkler);

void fold_names(benchmark::State& state, std::string_view suffix) {
  std::vector<std::string> names = company_names(2000);
  std::size_t bytes = 0;
  for (auto& name : names) {
    name += suffix;
    bytes += name.size();
  }
  std::string out;
  for (auto _ : state) {
    for (const auto& name : names) {
      out.clear();
      text::fold(name, out);
      benchmark::DoNotOptimize(out.data());
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(names.size()));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
}

void BM_FoldAscii(benchmark::State& state) { fold_names(state, " Ltd"); }
BENCHMARK(BM_FoldAscii);

void BM_FoldAccents(benchmark::State& state) { fold_names(state, " M\u00fcnchen"); }
BENCHMARK(BM_FoldAccents);

void BM_FoldChinese(benchmark::State& state) { fold_names(state, " \u963f\u91cc"); }
BENCHMARK(BM_FoldChinese);

void BM_Tokens(benchmark::State& state) {
  const auto names = company_names(2000);
  std::vector<std::string_view> words;
  for (auto _ : state) {
    for (const auto& name : names) {
      words.clear();
      text::tokens(name, words);
      benchmark::DoNotOptimize(words.data());
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(names.size()));
}
BENCHMARK(BM_Tokens);

}  // namespace
