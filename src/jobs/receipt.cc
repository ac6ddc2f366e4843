#include "receipt.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <array>
#include <deque>

namespace csvm::app {
namespace {

constexpr std::size_t page_rows = 10'000;
constexpr std::size_t write_bytes = std::size_t{1} << 20;

std::string_view name_of(store::DeliveryState state) {
  constexpr std::array<std::string_view, 6> names = {"pending", "delivered", "rejected",
                                                     "failed",  "maybe",     "skipped"};
  return names.at(static_cast<std::size_t>(state));
}

// The ledger's rows in the order of the records, a page at a time.
class LedgerRows {
 public:
  explicit LedgerRows(DeliveryLedger& ledger) : ledger_(ledger) {}

  /// The row of a record; records must be asked for in rising order.
  Result<store::Delivery> row_of(std::uint64_t record) {
    while (!ended_ && (page_.empty() || page_.back().record < record)) {
      auto next = CSVM_TRY(ledger_.deliveries(last_, page_rows));
      ended_ = next.empty();
      page_.assign(next.begin(), next.end());
      if (!page_.empty()) last_ = page_.back().record;
    }
    while (!page_.empty() && page_.front().record < record) page_.pop_front();
    if (!page_.empty() && page_.front().record == record) return page_.front();
    store::Delivery none;
    none.record = record;
    return none;
  }

 private:
  DeliveryLedger& ledger_;
  std::deque<store::Delivery> page_;
  std::optional<store::Count> last_;
  bool ended_ = false;
};

std::string moment(store::Time time) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(time);
  return fmt::format("{:%FT%T}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(whole)),
                     (time - whole).count());
}

}  // namespace

Result<void> write_receipt(const std::string& path, const LeadFile& file, DeliveryLedger& ledger) {
  auto receipt = CSVM_TRY(bytes::NewFile::create(path));
  std::uint64_t written = 0;
  std::string text;
  std::vector<std::string_view> cells(file.headers().begin(), file.headers().end());
  for (const char* name :
       {"delivery_status", "http_status", "attempts", "delivered_at", "webhook_id"}) {
    cells.push_back(name);
  }
  csv::append_record(text, cells);
  LedgerRows rows(ledger);
  LeadFile::Reader reader(file);
  while (!reader.at_end()) {
    const std::uint64_t number = reader.number();
    const auto values = CSVM_TRY(reader.next());
    const store::Delivery row = CSVM_TRY(rows.row_of(number));
    cells.assign(values.begin(), values.end());
    cells.resize(file.headers().size());  // short records are padded
    const std::string status = row.http_status == 0 ? "" : fmt::format("{}", row.http_status);
    const std::string attempts = fmt::format("{}", row.attempts);
    const std::string at = row.state == store::DeliveryState::delivered ? moment(row.at) : "";
    const std::string id = fmt::format("{}{}", ledger.id_prefix(), number);
    for (const std::string_view cell :
         {name_of(row.state), std::string_view(status), std::string_view(attempts),
          std::string_view(at), std::string_view(id)}) {
      cells.push_back(cell);
    }
    csv::append_record(text, cells);
    if (text.size() >= write_bytes) {
      CSVM_CHECK(receipt.write_at(written, text));
      written += text.size();
      text.clear();
    }
  }
  CSVM_CHECK(receipt.write_at(written, text));
  return receipt.commit();
}

}  // namespace csvm::app
