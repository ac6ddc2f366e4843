// Opening files: UTF-8 is only checked, other encodings are converted. The check stands beside its
// plain twin. Each result is checked: a wrong answer has no speed.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "csvm/bytes.h"
#include "utf8.h"

namespace {

using namespace csvm::bytes;

// One row in four with accents, one in sixteen with longer sequences.
std::string utf8_rows(std::size_t bytes) {
  std::string text;
  for (int row = 0; text.size() < bytes; ++row) {
    text += "Ann Lee,Head of Sales,Acme North,ann.lee@acme.com,";
    text += row % 16 == 0  ? "\u6771\u4eac \U0001f600"
            : row % 4 == 0 ? "Z\u00fcrich, Ren\u00e9"
                           : "Bath";
    text += ",United Kingdom\n";
  }
  return text;
}

std::string ascii_rows(std::size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += "Ann Lee,Head of Sales,Acme North,ann.lee@acme.com,Bath,UK\n";
  return text;
}

// A file that goes with it.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& content) {
    path_ = (std::filesystem::temp_directory_path() / "open_bench_XXXXXX").string();
    const int descriptor = mkstemp(path_.data());
    if (descriptor >= 0) close(descriptor);
    std::ofstream(path_, std::ios::binary) << content;
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

void report_bytes(benchmark::State& state, const std::string& text) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

constexpr std::size_t megabyte = std::size_t{1} << 20;

template <class FirstInvalid>
void validate(benchmark::State& state, FirstInvalid first_invalid) {
  std::string text = state.range(0) == 0 ? ascii_rows(megabyte) : utf8_rows(megabyte);
  std::string damaged = text;
  damaged[damaged.size() - 2] = '\xff';
  if (first_invalid(damaged) != damaged.size() - 2) return state.SkipWithError("missed a bad byte");
  for (auto _ : state) {
    if (first_invalid(text) != std::string::npos) return state.SkipWithError("wrong answer");
  }
  report_bytes(state, text);
}
void BM_ValidateSimd(benchmark::State& state) {
  validate(state, [](const std::string& text) { return first_invalid_utf8(text); });
}
void BM_ValidatePlain(benchmark::State& state) {
  validate(state, [](const std::string& text) { return first_invalid_utf8_scalar(text); });
}
BENCHMARK(BM_ValidateSimd)->ArgName("accents")->Arg(0)->Arg(1);
BENCHMARK(BM_ValidatePlain)->ArgName("accents")->Arg(0)->Arg(1);

void open_file(benchmark::State& state, const std::string& content, std::string_view encoding,
               std::size_t utf8_bytes) {
  const TemporaryFile file(content);
  for (auto _ : state) {
    const auto text = open_text(file.path());
    if (!text || (*text)->encoding() != encoding || (*text)->size() != utf8_bytes) {
      return state.SkipWithError("opened as something else");
    }
  }
  report_bytes(state, content);
}

void BM_OpenUtf8(benchmark::State& state) {
  const std::string content = utf8_rows(32 * megabyte);
  open_file(state, content, "utf-8", content.size());
}
BENCHMARK(BM_OpenUtf8)->Unit(benchmark::kMillisecond);

void BM_ConvertUtf16(benchmark::State& state) {
  std::string content = "\xff\xfe";
  const std::string ascii = ascii_rows(8 * megabyte);
  for (const char c : ascii) {
    content += c;
    content += '\0';
  }
  open_file(state, content, "utf-16le", ascii.size());
}
BENCHMARK(BM_ConvertUtf16)->Unit(benchmark::kMillisecond);

void BM_ConvertWindows1252(benchmark::State& state) {
  std::string content;
  std::size_t rows = 0;
  for (; content.size() < 8 * megabyte; ++rows) content += "Ren\xe9,Head of Sales,Acme,Z\xfcrich\n";
  open_file(state, content, "windows-1252", content.size() + 2 * rows);
}
BENCHMARK(BM_ConvertWindows1252)->Unit(benchmark::kMillisecond);

}  // namespace
