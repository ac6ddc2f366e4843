// The ledger of a job: one small row for each record that was tried.
#include <algorithm>
#include <array>

#include "identity.h"
#include "sqlite_store.h"

namespace csvm::store::sqlite {
namespace {

Delivery delivery_of(const Rows& rows, int first = 0) {
  Delivery delivery;
  delivery.record = rows.count(first);
  delivery.state = rows.as<DeliveryState>(first + 1);
  delivery.http_status = static_cast<std::uint16_t>(rows.integer(first + 2));
  delivery.attempts = static_cast<std::uint16_t>(rows.integer(first + 3));
  delivery.at = rows.time(first + 4);
  delivery.excerpt = rows.text(first + 5);
  return delivery;
}

Result<std::int64_t> ledger_of(const JobRow& job) {
  if (job.ledger) return *job.ledger;
  return sends_nothing();
}

Result<void> put(Connection& db, std::int64_t ledger, const Delivery& delivery) {
  const auto excerpt = excerpt_of(delivery);
  CSVM_CHECK(db.run("INSERT OR REPLACE INTO deliveries VALUES(?,?,?,?,?,?,?)", ledger,
                    delivery.record, delivery.state, delivery.http_status, delivery.attempts,
                    delivery.at,
                    excerpt.empty() ? std::optional<std::string_view>() : std::optional(excerpt)));
  return {};
}

// Records from the first on, as one range each run.
class Ranges {
 public:
  void add(Count record) {
    if (!ranges_.empty() && ranges_.back().end == record) {
      ++ranges_.back().end;
    } else {
      ranges_.push_back({record, record + 1});
    }
  }
  std::vector<RecordRange> take() { return std::move(ranges_); }

 private:
  std::vector<RecordRange> ranges_;
};

}  // namespace

Result<void> SqliteStore::append_deliveries(const Lease& lease,
                                            std::span<const Delivery> deliveries,
                                            std::span<const Taken> taken) {
  std::vector<std::string> digests;
  for (const Taken& one : taken) digests.push_back(digest(one.url));
  return write(Durability::now, [&](Writing& writing) -> Result<void> {
    Connection& db = writing.db;
    const auto job = CSVM_TRY(leased_row(db, lease));
    const auto ledger = CSVM_TRY(ledger_of(job));
    std::array<std::int64_t, 6> more{};
    for (const Delivery& delivery : deliveries) {
      const auto before = CSVM_TRY(db.integer(
          "SELECT state FROM deliveries WHERE ledger=? AND record=?", ledger, delivery.record));
      if (before) --more[static_cast<std::size_t>(*before)];
      ++more[static_cast<std::size_t>(delivery.state)];
      CSVM_CHECK(put(db, ledger, delivery));
    }
    CSVM_CHECK(
        db.run("UPDATE ledgers SET pending=pending+?,delivered=delivered+?,"
               "rejected=rejected+?,failed=failed+?,maybe=maybe+?,skipped=skipped+? "
               "WHERE key=?",
               more[0], more[1], more[2], more[3], more[4], more[5], ledger));
    for (std::size_t i = 0; i < taken.size(); ++i) {
      CSVM_CHECK(
          db.run("INSERT INTO destinations(url_digest,taken) VALUES(?,?) "
                 "ON CONFLICT DO UPDATE SET taken=taken+excluded.taken",
                 Blob{digests[i]}, taken[i].count));
    }
    // Whoever gets on with its work does not crash because of it.
    if (job.attempts > 1) {
      CSVM_CHECK(db.run("UPDATE jobs SET attempts=1 WHERE key=?", job.key));
    }
    return {};
  });
}

Result<Resumption> SqliteStore::resumption(const Lease& lease) {
  return read([&](Reading& reading) -> Result<Resumption> {
    const auto job = CSVM_TRY(leased_row(reading.db, lease));
    const auto ledger = CSVM_TRY(ledger_of(job));
    Resumption found;
    Ranges finished;
    auto rows = CSVM_TRY(reading.db.query(
        "SELECT record,state,status,attempts,at,excerpt FROM deliveries WHERE ledger=? "
        "ORDER BY record",
        ledger));
    while (CSVM_TRY(rows.next())) {
      if (rows.as<DeliveryState>(1) == DeliveryState::pending) {
        found.pending.push_back(delivery_of(rows));
      } else {
        finished.add(rows.count(0));
      }
    }
    found.finished = finished.take();
    return found;
  });
}

Result<DeliveryCounts> SqliteStore::delivery_counts(Id session, Id job) {
  return read([&](Reading& reading) -> Result<DeliveryCounts> {
    const auto owner = CSVM_TRY(session_key(reading.db, reading.now, session));
    const auto row = CSVM_TRY(find_row(reading.db, owner, job));
    if (!row.ledger) return DeliveryCounts{};
    auto rows = CSVM_TRY(reading.db.query(
        "SELECT pending,delivered,rejected,failed,maybe,skipped FROM ledgers WHERE key=?",
        *row.ledger));
    if (!CSVM_TRY(rows.next())) return DeliveryCounts{};
    return DeliveryCounts{rows.count(0), rows.count(1), rows.count(2),
                          rows.count(3), rows.count(4), rows.count(5)};
  });
}

List<Delivery> SqliteStore::deliveries(Id session, Id job, std::optional<DeliveryState> state,
                                       std::optional<Count> after, std::size_t max) {
  return read([&](Reading& reading) -> List<Delivery> {
    const auto owner = CSVM_TRY(session_key(reading.db, reading.now, session));
    const auto row = CSVM_TRY(find_row(reading.db, owner, job));
    std::vector<Delivery> page;
    if (!row.ledger) return page;
    const std::int64_t from = after ? static_cast<std::int64_t>(*after) : -1;
    // Delivered ones are most of the rows and have no index of their own: they are met on the way.
    const char* sql =
        "SELECT record,state,status,attempts,at,excerpt FROM deliveries "
        "WHERE ledger=? AND record>? ORDER BY record LIMIT ?";
    if (state == DeliveryState::delivered) {
      sql =
          "SELECT record,state,status,attempts,at,excerpt FROM deliveries "
          "WHERE ledger=? AND record>? AND state=1 ORDER BY record LIMIT ?";
    } else if (state) {
      sql =
          "SELECT record,state,status,attempts,at,excerpt FROM deliveries "
          "WHERE ledger=?1 AND record>?2 AND state=?4 AND state<>1 ORDER BY record LIMIT ?3";
    }
    auto rows = state && state != DeliveryState::delivered
                    ? CSVM_TRY(reading.db.query(sql, *row.ledger, from, max, *state))
                    : CSVM_TRY(reading.db.query(sql, *row.ledger, from, max));
    while (CSVM_TRY(rows.next())) page.push_back(delivery_of(rows));
    return page;
  });
}

List<FailureGroup> SqliteStore::failure_groups(Id session, Id job) {
  return read([&](Reading& reading) -> List<FailureGroup> {
    const auto owner = CSVM_TRY(session_key(reading.db, reading.now, session));
    const auto row = CSVM_TRY(find_row(reading.db, owner, job));
    std::vector<FailureGroup> groups;
    if (!row.ledger) return groups;
    // Beside min(), SQLite gives the other columns of the row that holds the minimum.
    auto rows = CSVM_TRY(reading.db.query(
        "SELECT min(record),state,status,attempts,at,excerpt,count(*) FROM deliveries "
        "WHERE ledger=? AND state<>1 AND state IN (2,3,4) GROUP BY state,status "
        "ORDER BY count(*) DESC,state,status",
        *row.ledger));
    while (CSVM_TRY(rows.next())) groups.push_back({delivery_of(rows), rows.count(6)});
    return groups;
  });
}

}  // namespace csvm::store::sqlite
