#include "delivery_ledger.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <boost/json.hpp>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <limits>
#include <random>

#include "csvm/jobs.h"

namespace csvm::app {
namespace {

constexpr auto ten_years = std::chrono::hours(10 * 365 * 24);
constexpr auto lease_length = std::chrono::minutes(2);
constexpr std::string_view worker = "send";

void fill_with_chance(std::span<std::byte> out) {
  std::random_device device;
  for (std::byte& byte : out) byte = static_cast<std::byte>(device());
}

store::Options store_options() {
  store::Options options;
  options.now = [] {
    return std::chrono::time_point_cast<std::chrono::milliseconds>(
        std::chrono::system_clock::now());
  };
  options.random = fill_with_chance;
  options.limits = {0, 0, 0, 0, 0};
  options.session_ttl = options.data_retention = ten_years;
  options.lease = lease_length;
  // A killed run is one to go on with, however often that happens.
  options.max_crashes = std::numeric_limits<std::uint32_t>::max();
  return options;
}

std::string recipe_of(const LedgerIdentity& identity) {
  return boost::json::serialize(boost::json::object{
      {"file", identity.file_name}, {"content", identity.content}, {"url", identity.url}});
}

}  // namespace

Result<std::unique_ptr<DeliveryLedger>> DeliveryLedger::open(const std::string& path,
                                                             const LedgerIdentity& identity,
                                                             bool retry) {
  std::unique_ptr<DeliveryLedger> ledger(new DeliveryLedger());
  const std::string lock_path = path + ".lock";
  ledger->lock_ = ::open(lock_path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  if (ledger->lock_ < 0) return io_error("create", lock_path, errno);
  if (flock(ledger->lock_, LOCK_EX | LOCK_NB) != 0) {
    return Error{Errc::conflict,
                 fmt::format("another csv-merger is sending with the ledger '{}'", path)};
  }
  ledger->store_ = CSVM_TRY(store::open_sqlite(path, store_options()));
  auto taken = ledger->take_job(identity, retry);
  if (!taken) {
    taken.error().message = fmt::format("'{}': {}", path, taken.error().message);
    return taken.error();
  }
  return ledger;
}

DeliveryLedger::~DeliveryLedger() {
  store_.reset();
  if (lock_ >= 0) close(lock_);
}

Result<void> DeliveryLedger::take_job(const LedgerIdentity& identity, bool retry) {
  // The lock says that no other process is at work, so a lease can only be a dead one's.
  CSVM_TRY(store_->expire_leases(""));
  const auto sessions = CSVM_TRY(store_->session_ids());
  session_ = sessions.empty() ? CSVM_TRY(store_->create_session()).id : sessions.front();
  auto jobs = CSVM_TRY(store_->list_jobs(session_));
  if (jobs.empty()) {
    const auto upload = CSVM_TRY(store_->create_upload(session_));
    const auto file = CSVM_TRY(store_->add_file(session_, upload.id, identity.file_name, 0));
    CSVM_CHECK(store_->complete_file(session_, file.id, 0, "{}"));
    store::NewJob job;
    job.upload_id = upload.id;
    job.table_type = identity.type;
    job.mode = store::Mode::webhook;
    job.webhook.url = identity.url;
    job.webhook.rate_per_second = identity.rate_per_second;
    job.recipe = recipe_of(identity);
    jobs.push_back(CSVM_TRY(store_->create_job(session_, job)));
  }
  job_ = jobs.front().id;
  if (jobs.front().recipe != recipe_of(identity)) {
    return Error{Errc::conflict,
                 "the ledger belongs to another content of the file or to another URL; give a new "
                 "one with --ledger, or remove it to begin again"};
  }
  if (store::has_ended(jobs.front().state)) {
    if (!retry) return {};
    CSVM_TRY(store_->retry_deliveries(session_, job_, {}));
  }
  // A new job has to pass through its first phase, which the merge has done already.
  while (true) {
    const auto claim =
        CSVM_TRY(store_->claim(worker, std::array{store::Phase::merge, store::Phase::deliver}));
    if (!claim) return {};
    if (claim->job.phase == store::Phase::deliver) {
      lease_ = claim->lease;
      return {};
    }
    CSVM_TRY(store_->complete(claim->lease, {}, {}));
  }
}

std::string DeliveryLedger::id_prefix() const { return fmt::format("msg_{}_", job_); }

Result<store::Resumption> DeliveryLedger::resumption() { return store_->resumption(*lease_); }
Result<store::DeliveryCounts> DeliveryLedger::counts() {
  return store_->delivery_counts(session_, job_);
}
Result<std::uint64_t> DeliveryLedger::taken_by(const std::string& url) {
  return CSVM_TRY(store_->destination(url)).lifetime_count;
}

Result<void> DeliveryLedger::append(std::span<const deliver::Entry> entries) {
  return jobs::record_outcomes(*store_, *lease_, entries, urls_);
}

Result<void> DeliveryLedger::keep_alive() {
  CSVM_TRY(store_->heartbeat(*lease_, {}));
  return {};
}
Result<void> DeliveryLedger::finish() {
  CSVM_TRY(store_->complete(*lease_, {}, {}));
  return {};
}
Result<void> DeliveryLedger::hand_back() { return store_->release(*lease_); }

store::List<store::Delivery> DeliveryLedger::deliveries(std::optional<store::Count> after,
                                                        std::size_t most) {
  return store_->deliveries(session_, job_, std::nullopt, after, most);
}
store::List<store::FailureGroup> DeliveryLedger::failures() {
  return store_->failure_groups(session_, job_);
}

}  // namespace csvm::app
