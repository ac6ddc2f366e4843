// csvm/pipeline.h - source files in, one clean table out: the data modules in their order. The only
// public header of module `pipeline`.
//
//   plan: bytes, csv, columns --> survey: clean, cluster --> write: clean, merge --> RowSink
//
// The input is read three times (index, survey, write) and never held: memory grows with the
// number of rows (a few dozen bytes each), not with their size.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "csvm/base.h"
#include "csvm/bytes.h"
#include "csvm/clean.h"
#include "csvm/cluster.h"
#include "csvm/columns.h"
#include "csvm/csv.h"
#include "csvm/merge.h"

namespace csvm::pipeline {

/// The user's word on one header of one source: the field it feeds, or none.
struct HeaderOverride {
  std::string header;
  std::optional<std::string> field;
};

/// A row of a source, as reports name it.
struct RowPlace {
  std::uint32_t source = 0;
  std::uint64_t line = 0;
};

/// What the user decided about two rows.
struct Decision {
  RowPlace a, b;
  bool together = false;
};

/// One file to be read.
struct SourceFile {
  std::string path;              // "-" is standard input
  std::string name;              // for reports
  std::string name_in_messages;  // empty: the path
  std::uint32_t rank = 0;        // by the user's word; 0 is best
  std::int64_t file_time = 0;    // for `newest_file`; higher is newer
  std::optional<std::string> encoding;
  csv::DialectHints known;  // parts of its dialect that need not be found
  std::vector<HeaderOverride> overrides;
};

enum class Stage { reading, mapping, matching, writing };
std::string_view to_string(Stage stage);

struct Progress {
  Stage stage = Stage::reading;
  double done = 0;               // 0..1 of the whole run
  std::uint64_t rows = 0;        // gone through the stage
  std::uint64_t total_rows = 0;  // 0 until the files are counted
};

/// Everything a run is told.
struct Settings {
  columns::FieldSet fields;
  clean::Rules rules;
  cluster::Settings matching;  // type, threads, stop and memory_bytes are set by `run`
  merge::Survivor survivor = merge::Survivor::most_complete;
  int header_threshold = 85;       // of 100, for fuzzy header matching
  bool drop_empty_fields = false;  // leave out the fields that no file feeds
  /// How many further e-mail addresses and phones of merged rows a survivor keeps, in columns
  /// "<field> 2" and so on; all of them stand in the left-out rows anyway.
  std::size_t further_contacts = 0;
  std::vector<Decision> decisions;  // sources by their place among the files; not in Mode::none
  bool provenance = false;          // tell the sink where each value came from
  bool list_first_rows = false;     // whether Summary::first_rows is wanted
  unsigned threads = 1;
  std::uint64_t memory_bytes = 0;  // 0: no bound
  bytes::Limits byte_limits;
  csv::Limits csv_limits;
  std::size_t block_bytes = std::size_t{1} << 20;  // what one thread works on at a time
  std::stop_token stop;
  std::function<void(const Progress&)> progress;  // may be empty; called from one thread at a time
  std::function<double()> clock;  // seconds since any point, for the timings; may be empty
};

/// One source, opened, indexed and mapped.
struct Source {
  SourceFile file;
  std::unique_ptr<bytes::Text> text;
  csv::Shape shape;
  csv::Index index;
  std::vector<std::string> headers;  // unique
  columns::Mapping mapping;
  std::uint64_t first_row = 0;  // of its records among those of all sources
};

/// Opens, indexes and maps every file, in order. Fails as bytes::open_text and csv::sniff do, and
/// with `invalid_input` for an override that names no header or no field.
Result<std::vector<Source>> open_sources(const std::vector<SourceFile>& files,
                                         const Settings& settings);

/// The columns of the result.
struct Table {
  columns::TableType type = columns::TableType::people;
  std::vector<std::string> columns;
  std::size_t fields = 0;  // the first so many are standard fields
};

/// A row that is not in the result because it went into a survivor or was suppressed.
struct LeftOut {
  RowPlace place;
  std::optional<std::uint64_t> survivor;  // row of the result it went into, counted from 1
  double score = 100;
  std::string_view reason;
  std::span<const std::string_view> values;
};

/// Where one value of a record came from. Views are valid during the call.
struct CellOrigin {
  std::uint64_t record = 0;  // row of the result, counted from 1
  std::size_t column = 0;    // of the result
  std::string_view value;
  RowPlace place;
  std::string_view headers;     // of the cells it was made from, "First + Last"
  std::string_view original;    // what these cells held
  std::string_view changed_by;  // cleaning rules, then how it was made: "names, split"
  std::string_view lost;        // other values of merged rows, with file and line
};

/// What spelled rows are collected in, one text per file of the result.
struct Spelled {
  std::string records;
  std::string left_out;
  std::string origins;
  std::uint64_t neutralised = 0;  // cells changed to be safe in a spreadsheet
};

/// Takes the rows of a run. Rows are spelled on several threads, each into its own `Spelled`, and
/// written in the order of the input.
class RowSink {
 public:
  virtual ~RowSink() = default;

  /// Once, before the first row.
  virtual Result<void> begin(const Table& table, const std::vector<Source>& sources) = 0;

  /// Appends one record of the result. Called from any thread.
  virtual void spell(std::span<const std::string_view> values, Spelled& out) const = 0;

  /// Appends one row that is left out. Called from any thread.
  virtual void spell_left_out(const LeftOut& row, Spelled& out) const = 0;

  /// Appends where a value of the last record came from; only with Settings::provenance. Called
  /// from any thread.
  virtual void spell_origin(const CellOrigin& /*origin*/, Spelled& /*out*/) const {}

  /// Writes what was spelled of the next stretch of input. Called from one thread at a time.
  virtual Result<void> write(const Spelled& spelled) = 0;
};

/// Two records that stay apart but may be the same.
struct PossibleDuplicate {
  RowPlace row, with;
  double score = 0;
  std::string reason;
  std::uint64_t record = 0, with_record = 0;  // of the result that they went into; 0: suppressed
};

/// What happened to the rows of one source.
struct SourceCounts {
  std::uint64_t read = 0;  // rows found: kept + merged + suppressed + rejected
  std::uint64_t kept = 0;
  std::uint64_t merged = 0;
  std::uint64_t suppressed = 0;
  std::uint64_t rejected = 0;
  std::uint64_t warnings = 0;         // ragged rows
  clean::Damage damage;               // of sources only: what it proves, it proves of one file
  std::vector<std::uint64_t> filled;  // per column of the result: rows with a value
};

/// The account of a run.
struct Summary {
  Table table;
  std::vector<SourceCounts> sources;
  SourceCounts total;               // `filled` is of the result, after merging
  std::uint64_t fields_merged = 0;  // cells filled from another record of the cluster
  std::uint64_t conflicts = 0;      // columns of clusters whose records disagreed
  std::uint64_t clusters = 0;       // with two records or more
  std::uint64_t neutralised = 0;
  clean::Counts cleaned;
  std::vector<PossibleDuplicate> possible;
  std::array<std::uint64_t, 101> joined_by_score{};  // rows joined to another, by whole score
  /// Of each record of the result that several rows went into, in order: where its first one
  /// stands.
  std::vector<RowPlace> first_rows;
  /// shared[a][b]: survivors that have a record of source a and one of source b (a == b: one of a).
  std::vector<std::vector<std::uint64_t>> shared;
  double index_seconds = 0, survey_seconds = 0, match_seconds = 0, write_seconds = 0;
};

/// Merges `sources` into `sink`. `suppression` removes the records it matches. A decision about a
/// line that no record begins on is `invalid_input`. The result depends on inputs and settings
/// only, not on threads or timing. Fails as reading and the sink do, with `cancelled` on a stop,
/// and with `internal` when the row ledger does not add up: no result should be offered then.
Result<Summary> run(const std::vector<Source>& sources, const std::vector<Source>& suppression,
                    const Settings& settings, RowSink& sink);

/// The clusters of `sources` without writing anything: for `match`.
struct Matched {
  cluster::Clusters clusters;
  std::function<std::string(const cluster::Link&)> explain;
};
Result<Matched> match(const std::vector<Source>& sources, const Settings& settings);

}  // namespace csvm::pipeline
