// lead_records.h - a merged CSV as the records of a delivery, and again for its receipt.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "csvm/base.h"
#include "csvm/bytes.h"
#include "csvm/columns.h"
#include "csvm/csv.h"
#include "csvm/deliver.h"
#include "csvm/output.h"
#include "csvm/store.h"

namespace csvm::app {

/// A CSV file with a header, indexed. Record 0 is the first after the header.
class LeadFile {
 public:
  /// Fails as bytes::open_text and csv::sniff do, and with `invalid_input` without a header.
  static Result<std::unique_ptr<LeadFile>> open(const std::string& path);

  std::uint64_t records() const { return index_.records; }
  std::uint64_t unreadable() const { return index_.rejects.size(); }
  /// Unique, one for every cell that a record has.
  const std::vector<std::string>& headers() const { return headers_; }
  /// Tells this content from another.
  Result<std::string> digest() const;

  /// Reads the records in order, from anywhere on.
  class Reader {
   public:
    explicit Reader(const LeadFile& file) : file_(file) {}
    /// Cells of the next record, or nothing after the last; alive until the next call.
    Result<std::span<const std::string_view>> next();
    bool at_end() const { return record_ == file_.records(); }
    std::uint64_t number() const { return record_; }  // of the record that next() will return

   private:
    const LeadFile& file_;
    csv::Batch batch_;
    std::size_t block_ = 0;
    std::size_t in_batch_ = 0;
    std::uint64_t record_ = 0;
    std::vector<std::string_view> cells_;
    std::vector<std::string> scratch_;
  };

 private:
  LeadFile() = default;
  std::unique_ptr<bytes::Text> text_;
  csv::Shape shape_;
  csv::Index index_;
  std::vector<std::string> headers_;
};

/// The records that an earlier run has not finished, as payloads.
class LeadRecords final : public deliver::RecordSource {
 public:
  /// Borrows the file.
  LeadRecords(const LeadFile& file, const columns::FieldSet& fields, store::Resumption resumption);
  Result<std::optional<deliver::Record>> next() override;

 private:
  const LeadFile& file_;
  LeadFile::Reader reader_;
  output::Payload payload_;
  store::Resumption resumption_;
  std::size_t finished_ = 0, pending_ = 0;  // how far into the resumption
};

}  // namespace csvm::app
