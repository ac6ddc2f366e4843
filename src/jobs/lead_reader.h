// lead_reader.h - a CSV file of leads, record by record.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "csvm/bytes.h"
#include "csvm/csv.h"
#include "csvm/jobs.h"

namespace csvm::jobs {

/// What is behind a LeadFile.
class IndexedLeads final : public LeadFile {
 public:
  /// Indexes `text` in the given shape, whose header is set.
  static Result<std::unique_ptr<LeadFile>> index(std::unique_ptr<bytes::Text> text,
                                                 csv::Shape shape);

  std::uint64_t records() const override { return index_.records; }
  std::uint64_t unreadable() const override { return index_.rejects.size(); }
  const std::vector<std::string>& headers() const override { return headers_; }
  Result<std::string> digest() const override;

 private:
  friend class LeadReader;
  std::unique_ptr<bytes::Text> text_;
  csv::Shape shape_;
  csv::Index index_;
  std::vector<std::string> headers_;
};

/// Reads the records in order.
class LeadReader {
 public:
  /// Borrows the file.
  explicit LeadReader(const LeadFile& file) : file_(static_cast<const IndexedLeads&>(file)) {}

  /// Cells of the next record, or nothing after the last; alive until the next call.
  Result<std::span<const std::string_view>> next();
  /// Passes over all before `record`; blocks that lie before it are not read.
  void skip_to(std::uint64_t record);
  bool at_end() const { return record_ == file_.records(); }
  std::uint64_t number() const { return record_; }  // of the record that next() will return

 private:
  const IndexedLeads& file_;
  csv::Batch batch_;
  std::size_t block_ = 0;     // the next to be read
  std::size_t in_batch_ = 0;  // the next record of the one that was read
  std::uint64_t record_ = 0;
  std::vector<std::string_view> cells_;
  std::vector<std::string> scratch_;
};

/// A file that we wrote, with nothing guessed: UTF-8, commas, a header.
Result<csv::Shape> own_shape(const bytes::Text& text);
Result<std::unique_ptr<bytes::Text>> open_own_text(const std::string& path);

}  // namespace csvm::jobs
