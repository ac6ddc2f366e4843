#include "run_options.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <optional>
#include <thread>

#include "csvm/recipe.h"

namespace csvm::app {
namespace {

// 'FILE:HEADER=FIELD' for one of `files`; headers may hold ':' and '='.
Result<void> add_override(const std::string& text, std::vector<pipeline::SourceFile>& files) {
  const auto equals = text.rfind('=');
  pipeline::SourceFile* found = nullptr;
  std::size_t header_from = 0;
  for (auto& file : files) {
    for (const std::string& name : {file.path, file.name}) {
      if (!text.starts_with(name + ":") || name.size() + 1 <= header_from) continue;
      found = &file;
      header_from = name.size() + 1;
    }
  }
  if (found == nullptr || equals == std::string::npos || equals < header_from) {
    return Error{Errc::invalid_input,
                 fmt::format("--map '{}' must be FILE:HEADER=FIELD, with one of the files given; "
                             "an empty FIELD leaves the header unmapped",
                             text)};
  }
  pipeline::HeaderOverride override_{text.substr(header_from, equals - header_from), {}};
  if (equals + 1 < text.size()) override_.field = text.substr(equals + 1);
  found->overrides.push_back(std::move(override_));
  return {};
}

// 'FILE=VALUE' for one of `files`: the file and what stands after the last '='.
struct Said {
  pipeline::SourceFile* file = nullptr;
  std::string value;
};
Result<Said> said_of(const std::string& text, std::string_view option,
                     std::vector<pipeline::SourceFile>& files) {
  // An '=' may itself be what stands between cells.
  const auto equals = text.ends_with("==") ? text.size() - 2 : text.rfind('=');
  if (equals != std::string::npos && equals + 1 < text.size()) {
    const std::string name = text.substr(0, equals);
    for (auto& file : files) {
      if (file.path == name || file.name == name) return Said{&file, text.substr(equals + 1)};
    }
  }
  return Error{Errc::invalid_input,
               fmt::format("{} '{}' must be FILE=..., with one of the files given", option, text)};
}

Result<void> set_reading(const RunOptions& options, std::vector<pipeline::SourceFile>& files) {
  for (const std::string& text : options.delimiters) {
    const Said said = CSVM_TRY(said_of(text, "--delimiter", files));
    said.file->known.delimiter = recipe::delimiter_named(said.value);
    if (!said.file->known.delimiter) {
      return Error{Errc::invalid_input,
                   fmt::format("--delimiter '{}': must be one sign such as ; or tab", text)};
    }
  }
  for (const std::string& text : options.encodings) {
    const Said said = CSVM_TRY(said_of(text, "--encoding", files));
    said.file->encoding = said.value;
  }
  return {};
}

Result<void> rank_files(const std::vector<std::string>& ranked,
                        std::vector<pipeline::SourceFile>& files) {
  if (ranked.empty()) return {};
  for (auto& file : files) file.rank = static_cast<std::uint32_t>(ranked.size());
  for (std::uint32_t rank = 0; rank < ranked.size(); ++rank) {
    bool is_known = false;
    for (auto& file : files) {
      if (file.path != ranked[rank] && file.name != ranked[rank]) continue;
      file.rank = rank;
      is_known = true;
    }
    if (!is_known) {
      return Error{Errc::invalid_input,
                   fmt::format("--rank {}: no such file among those given", ranked[rank])};
    }
  }
  return {};
}

// 'FILE:LINE' at the start of `text`, which goes on after it.
std::optional<pipeline::RowPlace> take_row(std::string_view& text,
                                           const std::vector<pipeline::SourceFile>& files) {
  std::optional<pipeline::RowPlace> found;
  std::string_view rest;
  for (std::uint32_t i = 0; i < files.size(); ++i) {
    for (const std::string& name : {files[i].path, files[i].name}) {
      if (!text.starts_with(name + ":")) continue;
      const std::string_view number = text.substr(name.size() + 1);
      std::uint64_t line = 0;
      const auto end = std::from_chars(number.data(), number.data() + number.size(), line);
      if (end.ec != std::errc()) continue;
      found = pipeline::RowPlace{i, line};
      rest = number.substr(static_cast<std::size_t>(end.ptr - number.data()));
    }
  }
  if (found) text = rest;
  return found;
}

Result<void> add_decisions(const std::vector<std::string>& texts, bool together,
                           const std::vector<pipeline::SourceFile>& files,
                           std::vector<pipeline::Decision>& decisions) {
  for (const std::string& text : texts) {
    std::string_view rest = text;
    const auto a = take_row(rest, files);
    const bool is_pair = a && rest.starts_with('=');
    if (is_pair) rest.remove_prefix(1);
    const auto b = is_pair ? take_row(rest, files) : std::nullopt;
    if (!b || !rest.empty()) {
      return Error{Errc::invalid_input,
                   fmt::format("{} '{}' must be FILE:LINE=FILE:LINE, with files that are given",
                               together ? "--together" : "--apart", text)};
    }
    decisions.push_back({*a, *b, together});
  }
  return {};
}

Result<std::vector<pipeline::Decision>> decisions_of(
    const RunOptions& options, const std::vector<pipeline::SourceFile>& files) {
  std::vector<pipeline::Decision> decisions;
  CSVM_CHECK(add_decisions(options.together, true, files, decisions));
  CSVM_CHECK(add_decisions(options.apart, false, files, decisions));
  if (!decisions.empty() && options.match == "none") {
    return Error{Errc::invalid_input, "--together and --apart need --match fuzzy or exact"};
  }
  return decisions;
}

// The sources with what the options say of each. Fails for what is wrong usage.
Result<std::vector<pipeline::SourceFile>> source_files(const RunOptions& options) {
  std::vector<pipeline::SourceFile> files;
  for (std::size_t i = 0; i < options.files.size(); ++i) {
    const std::string& path = options.files[i];
    for (std::size_t earlier = 0; earlier < i; ++earlier) {
      if (!is_same_file(path, options.files[earlier])) continue;
      return Error{Errc::invalid_input,
                   path == "-" ? "standard input (-) can be read only once"
                               : fmt::format("'{}' is given twice; name each file once", path)};
    }
    files.push_back(source_file(path));
  }
  for (const std::string& text : options.overrides) CSVM_CHECK(add_override(text, files));
  CSVM_CHECK(set_reading(options, files));
  CSVM_CHECK(rank_files(options.ranked, files));
  return files;
}

// Like CLI::Range, but says in words what is allowed.
CLI::Validator number_between(double low, double high, const std::string& where = "") {
  return CLI::Validator(
      [low, high, where](std::string& text) {
        double number = 0;
        if (CLI::detail::lexical_cast(text, number) && number >= low && number <= high) {
          return std::string();
        }
        return fmt::format("'{}' is not a number from {} to {}{}", text, low, high, where);
      },
      "");
}

// "512M", "2G", "1048576" -> bytes; units of 1024.
CLI::Validator size_in_bytes() {
  return CLI::Validator(
      [](std::string& text) {
        const std::string given = text;
        try {
          const std::string problem = CLI::AsSizeValue(false)(text);
          if (problem.empty()) return problem;
        } catch (const CLI::ValidationError&) {
          // Said below.
        }
        return fmt::format("'{}' is not a size; write bytes, or a number with K, M, G or T", given);
      },
      "");
}

}  // namespace

void add_mapping_options(CLI::App& command, RunOptions& options) {
  command.callback([&options] { check_run_options(options); });
  command
      .add_option("FILE", options.files,
                  "exports to read: CSV, TSV or text, also gzip-compressed; - is standard input")
      ->required()
      ->option_text("...");
  command.add_option("--type", options.type, "what the rows are: people or company (required)")
      ->required()
      ->check(CLI::IsMember({"people", "company"}))
      ->option_text("TYPE");
  command
      .add_option("--config", options.config,
                  "fields and their other names, as JSON; built-in ones by default\n"
                  "(environment: FIELD_MAPPINGS_FILE)")
      ->envname("FIELD_MAPPINGS_FILE")
      ->option_text("FILE")
      ->group("Mapping");
  command
      .add_option("--map", options.overrides,
                  "FILE:HEADER=FIELD: the header of this file feeds this field;\n"
                  "an empty FIELD leaves it unmapped; may be repeated")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->option_text("TEXT")
      ->group("Mapping");
  command
      .add_option("--delimiter", options.delimiters,
                  "FILE=SIGN: what stands between the cells of this file, where what was found\n"
                  "is not right, e.g. leads.csv=; or leads.csv=tab; may be repeated")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->option_text("TEXT")
      ->group("Reading");
  command
      .add_option("--encoding", options.encodings,
                  "FILE=NAME: the encoding of this file, e.g. leads.csv=windows-1252;\n"
                  "may be repeated")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->option_text("TEXT")
      ->group("Reading");
  command
      .add_option("--header-threshold", options.header_threshold,
                  fmt::format("how alike a header and a field's name must be, of 100; {}",
                              options.header_threshold))
      ->check(number_between(0, 100))
      ->option_text("N")
      ->group("Mapping");
  command.add_option("--threads", options.threads, "threads to use; as many as there are cores")
      ->check(number_between(1, 256))
      ->option_text("N")
      ->group("Running");
}

void add_matching_options(CLI::App& command, RunOptions& options) {
  command
      .add_option("--match", options.match,
                  "which rows are the same lead:\n"
                  "fuzzy: also with typing errors, nicknames, legal forms ... (default)\n"
                  "exact: equal names and companies, the same profile or address\n"
                  "none: every row stays")
      ->check(CLI::IsMember({"fuzzy", "exact", "none"}))
      ->option_text("MODE")
      ->group("Matching");
  command
      .add_option("--threshold", options.threshold,
                  fmt::format("how sure a fuzzy match must be to merge, of 100; {}\n"
                              "(environment: FUZZY_MATCH_THRESHOLD)",
                              options.threshold))
      ->check(number_between(0, 100, " (--threshold, or FUZZY_MATCH_THRESHOLD in the environment)"))
      ->envname("FUZZY_MATCH_THRESHOLD")
      ->option_text("N")
      ->group("Matching");
  command
      .add_option("--possible", options.possible,
                  fmt::format("from here on pairs that stay apart are reported as possible\n"
                              "duplicates, of 100; {}",
                              options.possible))
      ->check(number_between(0, 100))
      ->option_text("N")
      ->group("Matching");
  command
      .add_option("--rank", options.ranked,
                  "this file's values win over those of files ranked later or not\n"
                  "at all; may be repeated, best first")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->option_text("FILE")
      ->group("Matching");
  command
      .add_option("--together", options.together,
                  "FILE:LINE=FILE:LINE: these two rows are one lead; may be repeated")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->option_text("TEXT")
      ->group("Matching");
  command
      .add_option("--apart", options.apart,
                  "FILE:LINE=FILE:LINE: these two rows are two leads; may be repeated")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->option_text("TEXT")
      ->group("Matching");
  command
      .add_option("--memory", options.memory_bytes,
                  "bound for what is kept of the rows, e.g. 2G; more goes to\n"
                  "temporary files; no bound by default")
      ->transform(size_in_bytes())
      ->option_text("SIZE")
      ->group("Running");
  command
      .add_option("--max-file-size", options.max_file_bytes,
                  "refuse larger files, e.g. 512M; no bound by default")
      ->transform(size_in_bytes())
      ->option_text("SIZE")
      ->group("Running");
}

void check_run_options(const RunOptions& options) {
  const auto files = source_files(options);
  if (!files) throw CLI::ValidationError(files.error().message);
  const auto decisions = decisions_of(options, *files);
  if (!decisions) throw CLI::ValidationError(decisions.error().message);
}

bool is_same_file(const std::string& one, const std::string& other) {
  if (one == other) return true;
  std::error_code ignored;
  return std::filesystem::is_regular_file(one, ignored) &&
         std::filesystem::equivalent(one, other, ignored);
}

columns::TableType table_type(const std::string& name) {
  return name == "company" ? columns::TableType::company : columns::TableType::people;
}

pipeline::SourceFile source_file(const std::string& path) {
  pipeline::SourceFile file;
  file.path = path;
  file.name = path == "-" ? "standard input" : std::filesystem::path(path).filename().string();
  std::error_code ignored;
  const auto written = std::filesystem::last_write_time(path, ignored);
  if (!ignored) file.file_time = written.time_since_epoch().count();
  return file;
}

Result<RunInputs> run_inputs(const RunOptions& options) {
  RunInputs inputs;
  const columns::TableType type = table_type(options.type);
  pipeline::Settings& settings = inputs.settings;
  if (options.config.empty()) {
    settings.fields = columns::built_in_fields(type);
  } else {
    auto configuration = CSVM_TRY(recipe::load_mapping_configuration(options.config));
    settings.fields = type == columns::TableType::company ? std::move(configuration.company)
                                                          : std::move(configuration.people);
    settings.rules = std::move(configuration.rules);
    for (const std::string& warning : configuration.warnings) {
      fmt::print(stderr, "csv-merger: warning: {}\n", warning);
    }
  }
  settings.matching.mode = options.match == "exact"   ? cluster::Mode::exact
                           : options.match == "fuzzy" ? cluster::Mode::fuzzy
                                                      : cluster::Mode::none;
  settings.matching.threshold = options.threshold;
  settings.matching.possible = std::min(options.possible, options.threshold);
  settings.header_threshold = options.header_threshold;
  settings.threads =
      options.threads != 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
  settings.memory_bytes = options.memory_bytes;
  settings.byte_limits.max_file_bytes = options.max_file_bytes;
  settings.clock = monotonic_seconds;

  inputs.files = CSVM_TRY(source_files(options));
  settings.decisions = CSVM_TRY(decisions_of(options, inputs.files));
  return inputs;
}

std::stop_token stop_on_signals() {
  static std::stop_source stop;  // lives as long as the process, like the signals
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::thread([signals] {
    int signal = 0;
    sigwait(&signals, &signal);
    stop.request_stop();
    sigwait(&signals, &signal);
    _exit(128 + signal);
  }).detach();
  return stop.get_token();
}

double monotonic_seconds() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double>(now).count();
}

void print_error(const Error& error) {
  fmt::print(stderr, "csv-merger: {}\n",
             error.code == Errc::cancelled ? "stopped before the end; nothing was written"
                                           : error.message);
}

}  // namespace csvm::app
