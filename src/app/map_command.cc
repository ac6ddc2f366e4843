#include "map_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cell_text.h"
#include "csvm/output.h"
#include "run_options.h"

namespace csvm::app {
namespace {

struct MapOptions {
  RunOptions run;
  bool json = false;
};

constexpr std::size_t line_width = 100;
constexpr std::size_t widest_header = 28;
// From here on a decision needs no second look.
constexpr int sure_enough = 80;

/// The mapping of one file as people read it, no line wider than `line_width`.
class MappingText {
 public:
  MappingText(const pipeline::Source& source, const columns::FieldSet& fields)
      : source_(source), fields_(fields), decisions_(source.mapping.columns) {
    for (std::size_t c = 0; c < decisions_.size(); ++c) {
      header_width_ = std::max(header_width_, display_width(source.headers[c]));
      field_width_ = std::max(field_width_, display_width(field_of(c)));
      (decisions_[c].field ? mapped_ : unmapped_).push_back(c);
    }
    header_width_ = std::min(header_width_, widest_header);
    field_width_ = std::min(field_width_, widest_header);
    for (const std::size_t c : mapped_) {
      if (decisions_[c].confidence < sure_enough) unsure_.push_back(c);
    }
    for (const std::size_t c : unmapped_) {
      if (decisions_[c].runner_up && decisions_[c].why != columns::Why::user) unsure_.push_back(c);
    }
  }

  void print() const {
    const std::string& platform = source_.mapping.platform;
    fmt::print("{}{}: {} of {} headers mapped\n", cut_to_width(source_.file.name, 60),
               platform.empty() ? "" : fmt::format(" (an export of {})", platform), mapped_.size(),
               decisions_.size());
    print_mapped();
    print_composed();
    print_unmapped();
    print_unsure();
  }

  bool is_unsure() const { return !unsure_.empty(); }

  /// A header that shows how to choose otherwise: an unsure one, else any.
  std::optional<std::size_t> example() const {
    if (!unsure_.empty()) return unsure_.front();
    if (!unmapped_.empty()) return unmapped_.front();
    return mapped_.empty() ? std::nullopt : std::optional(mapped_.front());
  }

 private:
  std::string field_of(std::size_t column) const {
    const auto& field = decisions_[column].field;
    return field ? fields_.fields[*field].name : std::string();
  }

  static std::string joined(const std::vector<std::string>& texts, std::string_view separator) {
    return fmt::format("{}", fmt::join(texts, separator));
  }

  /// Words from the file and from us, in one line that fits.
  static void print_line(std::string_view before, std::string_view cells) {
    const std::size_t used = display_width(before);
    const std::size_t room = used + 8 < line_width ? line_width - used : 8;
    std::string line(before);
    line += cut_to_width(cells, room);
    line.erase(line.find_last_not_of(' ') + 1);
    fmt::print("{}\n", line);
  }

  void print_mapped() const {
    if (mapped_.empty()) return;
    fmt::print("\n  {}  {}  sure  why       values\n", padded_to_width("header", header_width_),
               padded_to_width("field", field_width_));
    for (const std::size_t c : mapped_) {
      const columns::ColumnDecision& decision = decisions_[c];
      print_line(fmt::format("  {}  {}  {:>4}  {:<8}  ",
                             padded_to_width(source_.headers[c], header_width_),
                             padded_to_width(field_of(c), field_width_), decision.confidence,
                             columns::to_string(decision.why)),
                 joined(decision.samples, " | "));
    }
  }

  /// Fields that no column feeds by itself.
  void print_composed() const {
    for (std::size_t f = 0; f < fields_.fields.size(); ++f) {
      if (source_.mapping.primary[f] || source_.mapping.fields[f].empty()) continue;
      std::vector<std::string> from;
      for (const std::size_t c : source_.mapping.fields[f].front().columns) {
        from.push_back(source_.headers[c]);
      }
      print_line(fmt::format("  {}  {}        composed  ", padded_to_width("", header_width_),
                             padded_to_width(fields_.fields[f].name, field_width_)),
                 "from " + joined(from, " + "));
    }
  }

  void print_unmapped() const {
    if (unmapped_.empty()) return;
    fmt::print("\n  Not mapped, kept as columns of their own:\n");
    for (const std::size_t c : unmapped_) {
      const columns::ColumnDecision& decision = decisions_[c];
      print_line(fmt::format("  {}  ", padded_to_width(source_.headers[c], header_width_)),
                 decision.samples.empty()
                     ? decision.reason
                     : fmt::format("{} ({})", decision.reason, joined(decision.samples, " | ")));
    }
  }

  void print_unsure() const {
    if (unsure_.empty()) return;
    fmt::print("\n  Not sure, please check:\n");
    for (const std::size_t c : unsure_) {
      const columns::ColumnDecision& decision = decisions_[c];
      const std::string before =
          fmt::format("  {}  ", padded_to_width(source_.headers[c], header_width_));
      if (decision.field) {
        print_line(before, fmt::format("is taken for {}: {}", field_of(c), decision.reason));
      } else {
        print_line(before, fmt::format("could be {}, but: {}",
                                       fields_.fields[*decision.runner_up].name, decision.reason));
      }
    }
  }

  const pipeline::Source& source_;
  const columns::FieldSet& fields_;
  const std::vector<columns::ColumnDecision>& decisions_;
  std::vector<std::size_t> mapped_;
  std::vector<std::size_t> unmapped_;
  std::vector<std::size_t> unsure_;
  std::size_t header_width_ = 6;
  std::size_t field_width_ = 5;
};

void print_all(const std::vector<pipeline::Source>& sources, const columns::FieldSet& fields) {
  const pipeline::Source* shown = nullptr;  // the file of the example
  std::optional<std::size_t> header;
  bool unsure = false;
  for (const pipeline::Source& source : sources) {
    if (&source != &sources.front()) fmt::print("\n");
    const MappingText text(source, fields);
    text.print();
    const auto example = text.example();
    if (!example || (shown != nullptr && (unsure || !text.is_unsure()))) continue;
    shown = &source;
    header = example;
    unsure = text.is_unsure();
  }
  if (shown == nullptr || fields.fields.empty()) return;
  const auto& decision = shown->mapping.columns[*header];
  const std::size_t field = decision.runner_up.value_or(decision.field.value_or(0));
  const std::string& file = shown->file.path == "-" ? shown->file.path : shown->file.name;
  fmt::print(
      "\nTo choose another field, give this to map or merge (no field leaves it unmapped):\n"
      "  --map {}\n",
      shell_quoted(
          fmt::format("{}:{}={}", file, shown->headers[*header], fields.fields[field].name)));
}

Result<void> map(const MapOptions& options) {
  RunInputs inputs = CSVM_TRY(run_inputs(options.run));
  inputs.settings.stop = stop_on_signals();
  const auto sources = CSVM_TRY(pipeline::open_sources(inputs.files, inputs.settings));
  if (options.json) {
    fmt::print("{}", output::mapping_json(sources, inputs.settings.fields));
  } else {
    print_all(sources, inputs.settings.fields);
  }
  if (std::fflush(stdout) != 0) return Error{Errc::io, "cannot write to standard output"};
  return {};
}

}  // namespace

Command map_command(CLI::App& app) {
  const auto options = std::make_shared<MapOptions>();
  CLI::App* const command =
      app.add_subcommand("map", "show which headers feed which fields, and why; changes nothing");
  add_mapping_options(*command, options->run);
  command->add_flag("--json", options->json, "as JSON; an array when there are several files");
  return {command, [options] {
            const auto done = map(*options);
            if (done) return exit_ok;
            print_error(done.error());
            return exit_failed;
          }};
}

}  // namespace csvm::app
