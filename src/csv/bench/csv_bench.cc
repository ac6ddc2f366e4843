// Reading and writing on rows like those of lead exports: 12 columns, every eighth row with quoted
// commas, every fortieth with a line break in a cell, a description of 20 to 400 bytes. The
// vectorised scan stands beside its scalar twin. Each result is checked: a wrong answer has no
// speed.
#include <benchmark/benchmark.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "csvm/csv.h"
#include "scan.h"

namespace {

using namespace csvm;

constexpr int columns = 12;

std::string leads(int rows) {
  std::mt19937 random(5);
  std::string text =
      "First Name,Last "
      "Name,Title,Company,Email,Phone,Website,City,Country,Employees,Industry,About\n";
  for (int row = 0; row < rows; ++row) {
    const std::string number = std::to_string(random() % 100000);
    text += "Ann" + number + ",Lee,Head of Sales,";
    text += row % 8 == 0 ? "\"Acme, \"\"North\"\" Inc.\"" : "Acme North";
    text += ",ann." + number + "@acme.com,+44 20 " + number + ",https://www.acme" + number +
            ".com/,Bath,United Kingdom,11-50,Software,";
    const std::string about(20 + (random() % 10 == 0 ? 380 : random() % 60), 'x');
    text += row % 40 == 0 ? "\"" + about + "\n" + about + "\"" : about;
    text += '\n';
  }
  return text;
}

csv::ScanRules rules() {
  csv::ScanRules rules;
  rules.expected = columns;
  rules.long_bytes = 1 << 20;
  rules.many_cells = 16384;
  return rules;
}

csv::Shape shape() {
  csv::Shape shape;
  shape.columns = columns;
  shape.column_evidence = 1000;
  return shape;
}

void report_bytes(benchmark::State& state, const std::string& text) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

template <class Count>
void count_records(benchmark::State& state, Count count) {
  const int rows = static_cast<int>(state.range(0));
  const std::string text = leads(rows);
  std::vector<csv::OddRecord> odd;
  for (auto _ : state) {
    csv::ScanState scan;
    odd.clear();
    count(rules(), csv::Piece{text.data(), text.size(), 0, true}, text.size(), scan, odd);
    if (scan.records != static_cast<std::uint64_t>(rows) + 1 || !odd.empty()) {
      return state.SkipWithError("wrong record count");
    }
  }
  report_bytes(state, text);
}
void BM_CountRecordsSimd(benchmark::State& state) { count_records(state, csv::count_records_simd); }
void BM_CountRecordsScalar(benchmark::State& state) {
  count_records(state, csv::count_records_scalar);
}
BENCHMARK(BM_CountRecordsSimd)->Arg(10'000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_CountRecordsScalar)->Arg(10'000)->Unit(benchmark::kMillisecond);

template <class Split>
void split_cells(benchmark::State& state, Split split) {
  const int rows = static_cast<int>(state.range(0));
  const std::string text = leads(rows);
  csv::Batch batch;
  for (auto _ : state) {
    csv::ScanState scan;
    batch.cells.clear();
    batch.records.clear();
    split(rules(), csv::Piece{text.data(), text.size(), 0, true}, 0, 1, scan, batch);
    benchmark::DoNotOptimize(batch.cells.data());
    if (batch.cells.size() != static_cast<std::size_t>(columns) * batch.records.size() ||
        batch.records.size() != static_cast<std::size_t>(rows) + 1) {
      return state.SkipWithError("wrong cell count");
    }
  }
  report_bytes(state, text);
}
void BM_SplitCellsSimd(benchmark::State& state) { split_cells(state, csv::split_cells_simd); }
void BM_SplitCellsScalar(benchmark::State& state) { split_cells(state, csv::split_cells_scalar); }
BENCHMARK(BM_SplitCellsSimd)->Arg(10'000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_SplitCellsScalar)->Arg(10'000)->Unit(benchmark::kMillisecond);

void BM_Sniff(benchmark::State& state) {
  const auto text = bytes::text_from_string("bench", leads(10'000));
  for (auto _ : state) {
    const auto found = csv::sniff(*text);
    if (!found || found->header.size() != columns || found->dialect.delimiter != ',') {
      return state.SkipWithError("wrong shape");
    }
  }
}
BENCHMARK(BM_Sniff)->Unit(benchmark::kMillisecond);

void BM_Index(benchmark::State& state) {
  const std::string content = leads(100'000);
  const auto text = bytes::text_from_string("bench", content);
  csv::IndexOptions options;
  options.threads = static_cast<unsigned>(state.range(0));
  for (auto _ : state) {
    const auto index = csv::index(*text, shape(), options);
    if (!index || index->records != 100'001 || !index->rejects.empty()) {
      return state.SkipWithError("wrong index");
    }
  }
  report_bytes(state, content);
}
BENCHMARK(BM_Index)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime();

// Every block of an index, every cell's value.
void BM_Read(benchmark::State& state) {
  const std::string content = leads(100'000);
  const auto text = bytes::text_from_string("bench", content);
  const auto index = csv::index(*text, shape());
  if (!index) return state.SkipWithError("no index");
  csv::Batch batch;
  std::string scratch;
  std::size_t expected = 0;
  for (auto _ : state) {
    std::size_t value_bytes = 0;
    std::size_t records = 0;
    for (const csv::Block& block : index->blocks) {
      if (!csv::read_block(*text, shape(), block, {}, batch)) return state.SkipWithError("failed");
      records += batch.records.size();
      for (const csv::Cell& cell : batch.cells) {
        value_bytes += csv::value(batch, cell, {}, scratch).size();
      }
    }
    if (expected == 0) expected = value_bytes;
    if (records != 100'001 || value_bytes != expected) return state.SkipWithError("wrong cells");
  }
  report_bytes(state, content);
}
BENCHMARK(BM_Read)->Unit(benchmark::kMillisecond);

// Single rows all over a text, as merging picks them.
void BM_ReadRecord(benchmark::State& state) {
  const auto text = bytes::text_from_string("bench", leads(10'000));
  csv::Batch batch;
  const auto index = csv::index(*text, shape());
  if (!index) return state.SkipWithError("no index");
  std::vector<std::uint64_t> places;
  for (const csv::Block& block : index->blocks) {
    if (!csv::read_block(*text, shape(), block, {}, batch)) return state.SkipWithError("failed");
    for (const csv::Record& record : batch.records) places.push_back(record.byte);
  }
  std::size_t next = 0;
  for (auto _ : state) {
    next = (next + 7919) % places.size();
    if (!csv::read_record(*text, shape(), places[next], {}, batch) ||
        batch.cells.size() != columns) {
      return state.SkipWithError("wrong record");
    }
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_ReadRecord);

void BM_Write(benchmark::State& state) {
  const std::string content = leads(10'000);
  const auto text = bytes::text_from_string("bench", content);
  const auto index = csv::index(*text, shape());
  if (!index) return state.SkipWithError("no index");
  std::vector<std::vector<std::string>> table;
  csv::Batch batch;
  std::string scratch;
  for (const csv::Block& block : index->blocks) {
    if (!csv::read_block(*text, shape(), block, {}, batch)) return state.SkipWithError("failed");
    for (const csv::Record& record : batch.records) {
      auto& row = table.emplace_back();
      for (std::uint32_t i = 0; i < record.cells; ++i) {
        row.emplace_back(csv::value(batch, batch.cells[record.first_cell + i], {}, scratch));
      }
    }
  }
  std::vector<std::vector<std::string_view>> views;
  for (const auto& row : table) views.emplace_back(row.begin(), row.end());
  std::string out;
  for (auto _ : state) {
    out.clear();
    for (const auto& row : views) csv::append_record(out, row);
    if (out != content) return state.SkipWithError("written text differs");
  }
  report_bytes(state, content);
}
BENCHMARK(BM_Write)->Unit(benchmark::kMillisecond);

}  // namespace
