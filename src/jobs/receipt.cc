// The records of a delivery with what became of each.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "csvm/bytes.h"
#include "lead_reader.h"

namespace csvm::jobs {
namespace {

constexpr std::size_t page_rows = 10'000;
constexpr std::size_t write_bytes = std::size_t{1} << 20;

// The ledger's rows in the order of the records, a page at a time.
class LedgerRows {
 public:
  explicit LedgerRows(const DeliveryPages& page) : next_page_(page) {}

  /// The row of a record; records must be asked for in rising order.
  Result<store::Delivery> row_of(std::uint64_t record) {
    while (!ended_ && (page_.empty() || page_.back().record < record)) {
      auto next = CSVM_TRY(next_page_(last_, page_rows));
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
  const DeliveryPages& next_page_;
  std::deque<store::Delivery> page_;
  std::optional<store::Count> last_;
  bool ended_ = false;
};

std::string moment(store::Time time) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(time);
  return fmt::format("{:%FT%T}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(whole)),
                     (time - whole).count());
}

bool is_undelivered(store::DeliveryState state) {
  return state != store::DeliveryState::pending && state != store::DeliveryState::delivered;
}

}  // namespace

Result<void> write_receipt(const std::string& path, const LeadFile& file, const DeliveryPages& page,
                           const ReceiptOptions& options) {
  auto receipt = CSVM_TRY(bytes::NewFile::create(path));
  std::uint64_t written = 0;
  std::string text;
  std::vector<std::string_view> cells(file.headers().begin(), file.headers().end());
  for (const char* name :
       {"delivery_status", "http_status", "attempts", "delivered_at", "webhook_id"}) {
    cells.emplace_back(name);
  }
  if (options.only_undelivered) cells.emplace_back("reason");
  csv::append_record(text, cells);
  LedgerRows rows(page);
  LeadReader reader(file);
  while (!reader.at_end()) {
    const std::uint64_t number = reader.number();
    const auto values = CSVM_TRY(reader.next());
    const store::Delivery row = CSVM_TRY(rows.row_of(number));
    if (options.only_undelivered && !is_undelivered(row.state)) continue;
    cells.assign(values.begin(), values.end());
    cells.resize(file.headers().size());  // short records are padded
    const std::string status = row.http_status == 0 ? "" : fmt::format("{}", row.http_status);
    const std::string attempts = fmt::format("{}", row.attempts);
    const std::string at = row.state == store::DeliveryState::delivered ? moment(row.at) : "";
    const std::string id = fmt::format("{}{}", options.id_prefix, number);
    cells.insert(cells.end(), {delivery_word(row.state), status, attempts, at, id});
    if (options.only_undelivered) cells.emplace_back(row.excerpt);
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

Result<std::unique_ptr<files::LocalFile>> receipt_of(const Environment& environment,
                                                     const store::Job& job, std::string_view part,
                                                     std::string_view unique_name) {
  const auto result = std::ranges::find(job.results, part_records, &store::ResultFile::part);
  if (result == job.results.end() || job.mode != store::Mode::webhook) {
    return Error{Errc::not_found, "this job has sent nothing (yet)"};
  }
  const auto local = CSVM_TRY(environment.files.fetch({job.session_id, result->name}));
  const auto file = CSVM_TRY(LeadFile::open_result(local->path()));
  auto scratch = CSVM_TRY(environment.files.scratch({job.session_id, std::string(unique_name)}));
  const DeliveryPages page = [&](std::optional<store::Count> after, std::size_t most) {
    return environment.store.deliveries(job.session_id, job.id, std::nullopt, after, most);
  };
  ReceiptOptions options;
  options.id_prefix = webhook_id_prefix(job);
  options.only_undelivered = part == part_failed;
  CSVM_CHECK(write_receipt(scratch->path(), *file, page, options));
  return scratch;
}

}  // namespace csvm::jobs
