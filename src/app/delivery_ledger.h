// delivery_ledger.h - the file beside a CSV that says what of it was delivered where.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "csvm/deliver.h"
#include "csvm/store.h"

namespace csvm::app {

/// What a ledger belongs to; another file or URL needs another ledger.
struct LedgerIdentity {
  std::string file_name;
  std::string content;  // jobs::LeadFile::digest()
  std::string url;      // the first one
  store::TableType type = store::TableType::people;
  double rate_per_second = 0;
};

/// One job in a store of its own, held by this process. Outcomes are on disk when append() returns.
class DeliveryLedger final : public deliver::Ledger {
 public:
  /// Opens or creates the ledger and takes the job; with `retry` what an ended job did not deliver
  /// is queued again. Fails with `conflict` when it belongs to something else or another process
  /// is at work on it.
  static Result<std::unique_ptr<DeliveryLedger>> open(const std::string& path,
                                                      const LedgerIdentity& identity, bool retry);
  ~DeliveryLedger() override;

  /// The job had ended before; there is nothing to send.
  bool has_ended() const { return !lease_; }
  std::string id_prefix() const;
  Result<store::Resumption> resumption();
  Result<store::DeliveryCounts> counts();
  /// Records that the URL has taken in its life, as far as this ledger knows.
  Result<std::uint64_t> taken_by(const std::string& url);
  /// The URLs behind Entry::target, in their order.
  void set_urls(std::vector<std::string> urls) { urls_ = std::move(urls); }

  Result<void> append(std::span<const deliver::Entry> entries) override;
  Result<void> keep_alive();  // at least once a minute
  Result<void> finish();      // everything has an outcome
  Result<void> hand_back();   // to be gone on with

  store::List<store::Delivery> deliveries(std::optional<store::Count> after, std::size_t most);
  store::List<store::FailureGroup> failures();

 private:
  DeliveryLedger() = default;
  Result<void> take_job(const LedgerIdentity& identity, bool retry);

  int lock_ = -1;
  std::unique_ptr<store::Store> store_;
  std::string session_, job_;
  std::optional<store::Lease> lease_;
  std::vector<std::string> urls_;
};

}  // namespace csvm::app
