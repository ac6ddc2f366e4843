// csvm/output.h - merged records -> the files of a result. The only public header of module
// `output`.
//
//   pipeline --> CsvSink --> people_leads_....csv, ..._duplicates.csv
//   pipeline::Summary --> rejected_csv, report_json
//   records --> Payload --> bodies of webhook requests
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "csvm/base.h"
#include "csvm/bytes.h"
#include "csvm/columns.h"
#include "csvm/pipeline.h"

namespace csvm::output {

/// Where the files of a result go; an empty path leaves a file out. "-" is standard output.
struct Paths {
  std::string records;
  std::string duplicates;
  std::string rejected;
  std::string report;
  std::string provenance;
};

/// The names of a result beside its records: "leads.csv" -> "leads_duplicates.csv",
/// "leads_rejected.csv", "leads_report.json", "leads_provenance.csv".
Paths paths_beside(const std::string& records);

/// True when a spreadsheet would run the cell as a formula. Phones ("+1 415 ..."), negative
/// numbers and dashes are data.
bool is_formula(std::string_view cell);

/// Writes records, left-out rows and the origins of values as CSV. Nothing appears under the final
/// names before `commit()`.
class CsvSink final : public pipeline::RowSink {
 public:
  /// Fails with `io` when a file can't be made.
  static Result<std::unique_ptr<CsvSink>> create(const Paths& paths, bool excel_safe);

  Result<void> begin(const pipeline::Table& table,
                     const std::vector<pipeline::Source>& sources) override;
  void spell(std::span<const std::string_view> values, pipeline::Spelled& out) const override;
  void spell_left_out(const pipeline::LeftOut& row, pipeline::Spelled& out) const override;
  void spell_origin(const pipeline::CellOrigin& origin, pipeline::Spelled& out) const override;
  Result<void> write(const pipeline::Spelled& spelled) override;

  Result<void> commit();

 private:
  struct File {
    bytes::NewFile file;
    std::uint64_t size = 0;
    Result<void> append(std::string_view text);
  };

  CsvSink(std::optional<File> records, std::optional<File> left_out, std::optional<File> origins,
          bool excel_safe);
  char* put(std::string_view cell, char* out, std::uint64_t& neutralised) const;
  void append(std::span<const std::string_view> values, std::string& text,
              std::uint64_t& neutralised) const;

  std::optional<File> records_;
  std::optional<File> left_out_;
  std::optional<File> origins_;
  bool excel_safe_;
  std::vector<std::string> source_names_;
  std::vector<std::string> column_names_;
};

/// "File,Line,Byte,Reason,Text" of every row that could not be read, with the raw text.
Result<void> write_rejected(const std::string& path, const std::vector<pipeline::Source>& sources);

/// What a report says besides the summary.
struct RunFacts {
  std::string version;
  std::string started_at;  // ISO 8601
  double seconds = 0;
};

/// The report of a run as JSON text (docs/report.md).
std::string report_json(const pipeline::Summary& summary,
                        const std::vector<pipeline::Source>& sources,
                        const pipeline::Settings& settings, const RunFacts& facts);

/// The mapping of the sources as JSON text: one object for one source, else an array of them, each
/// with `file`, `platform`, `mapping` {header: field or null}, `columns` and `primary`.
std::string mapping_json(std::span<const pipeline::Source> sources,
                         const columns::FieldSet& fields);

/// "Company LinkedIn URL" -> "company_linkedin_url".
std::string snake_case(std::string_view name);

/// Whether a field of a table of people tells about the company.
bool is_of_company(const columns::Field& field);

/// Spells records as the JSON bodies of webhook requests: companies flat, people as `person` and
/// `company`, what is no field under its own name in `additional_fields`. Values stay text; empty
/// ones are left out.
///
/// Threads: const members from any thread.
class Payload {
 public:
  /// `headers` name the columns of the records. A column whose header is no field's name (or is a
  /// second one of it) is an additional one.
  Payload(const columns::FieldSet& fields, std::span<const std::string> headers);

  /// Appends the body for a record; values must be UTF-8.
  void spell(std::span<const std::string_view> values, std::string& out) const;

 private:
  struct Member {
    std::size_t column;
    std::string key;  // with quotes and colon
  };
  struct Object {
    std::string key;
    std::vector<Member> members;
  };
  static bool append(const std::vector<Member>& members, std::span<const std::string_view> values,
                     std::string& out);

  std::vector<Member> flat_;
  std::vector<Object> objects_;
};

/// Writes a text file that appears whole or not at all.
Result<void> write_file(const std::string& path, std::string_view text);

}  // namespace csvm::output
