// The ledger of a job: chunks of 1024 entries of 12 bytes (scripts/library.lua says how they lie),
// and a hash of the texts of those that were not delivered.
#include <algorithm>
#include <array>
#include <map>

#include "identity.h"
#include "redis_store.h"

namespace csvm::store::redis {
namespace {

constexpr std::size_t entry_bytes = 12;
constexpr Count chunk_entries = 1024;
constexpr std::size_t most_deliveries_a_call = 4096;
constexpr unsigned every_state = 63;
constexpr std::size_t no_end = std::size_t{1} << 40;

constexpr unsigned bit_of(DeliveryState state) { return 1U << static_cast<unsigned>(state); }
constexpr unsigned failures =
    bit_of(DeliveryState::rejected) | bit_of(DeliveryState::failed) | bit_of(DeliveryState::maybe);

void put(std::string& into, std::uint64_t value, int bytes) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
    into += static_cast<char>((value >> shift) & 255);
  }
}

std::uint64_t get(std::string_view from, std::size_t at, std::size_t bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i)
    value = value << 8 | static_cast<unsigned char>(from[at + i]);
  return value;
}

std::string time_bytes(Time time) {
  std::string bytes;
  put(bytes, static_cast<std::uint64_t>(time.time_since_epoch().count()), 6);
  return bytes;
}

// 1: state + 1; 2: attempts; 2: status; 6: time; 1: none.
void put_entry(std::string& into, const Delivery& delivery) {
  put(into, static_cast<std::uint64_t>(delivery.state) + 1, 1);
  put(into, delivery.attempts, 2);
  put(into, delivery.http_status, 2);
  into += time_bytes(delivery.at);
  put(into, 0, 1);
}

// The entry at `index` of a chunk (behind its head), or none.
std::optional<Delivery> entry_of(std::string_view chunk, Count first, std::size_t index) {
  const std::size_t at = (index + 1) * entry_bytes;
  if (at + entry_bytes > chunk.size() || chunk[at] == 0) return std::nullopt;
  Delivery delivery;
  delivery.record = first + index;
  delivery.state = static_cast<DeliveryState>(get(chunk, at, 1) - 1);
  delivery.attempts = static_cast<std::uint16_t>(get(chunk, at + 1, 2));
  delivery.http_status = static_cast<std::uint16_t>(get(chunk, at + 3, 2));
  delivery.at = Time(Duration(static_cast<Duration::rep>(get(chunk, at + 5, 6))));
  return delivery;
}

struct Run {
  Count chunk = 0, index = 0;
  std::string entries;
};

// Entries that lie one after the other in a chunk, as one run.
std::vector<Run> runs_of(const std::map<Count, const Delivery*>& by_record) {
  std::vector<Run> runs;
  Count expected = 0;
  for (const auto& [record, delivery] : by_record) {
    if (runs.empty() || record != expected || record % chunk_entries == 0) {
      runs.push_back({record / chunk_entries, record % chunk_entries, {}});
    }
    put_entry(runs.back().entries, *delivery);
    expected = record + 1;
  }
  return runs;
}

// Adds records from the first on, as one range each run.
class Ranges {
 public:
  void add(Count first, Count end) {
    if (!ranges_.empty() && ranges_.back().end == first) {
      ranges_.back().end = end;
    } else {
      ranges_.push_back({first, end});
    }
  }
  std::vector<RecordRange> take() { return std::move(ranges_); }

 private:
  std::vector<RecordRange> ranges_;
};

std::string text_key(Id job) { return fmt::format("csvm:ledger:{}:text", job); }

std::string hex_digest(Text url) {
  std::string text;
  for (const char byte : digest(url)) {
    text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  }
  return text;
}

}  // namespace

Result<void> RedisStore::append_deliveries(const Lease& lease, std::span<const Delivery> deliveries,
                                           std::span<const Taken> taken) {
  do {
    const auto part = deliveries.first(std::min(deliveries.size(), most_deliveries_a_call));
    deliveries = deliveries.subspan(part.size());
    std::map<Count, const Delivery*> by_record;
    for (const Delivery& delivery : part) by_record[delivery.record] = &delivery;
    const auto runs = runs_of(by_record);
    std::vector<std::string> words = {lease.job_id, word(lease.token), word(runs.size())};
    std::vector<std::string> texts;
    for (const auto& [record, delivery] : by_record) {
      if (delivery->state == DeliveryState::delivered) continue;
      texts.push_back(word(record));
      texts.emplace_back(excerpt_of(*delivery));
    }
    words.push_back(word(texts.size() / 2));
    for (const Run& run : runs) {
      words.push_back(word(run.chunk));
      words.push_back(word(run.index));
      words.push_back(run.entries);
    }
    words.insert(words.end(), texts.begin(), texts.end());
    if (deliveries.empty()) {
      for (const Taken& one : taken) {
        words.push_back(hex_digest(one.url));
        words.push_back(word(one.count));
      }
    }
    CSVM_CHECK(run(Script::append_deliveries, std::move(words), Again::no));
  } while (!deliveries.empty());
  return {};
}

template <class Use>
Result<void> RedisStore::scan(Id session, Id job, Count token, unsigned states, Count chunk,
                              std::size_t enough, bool skim, Use use) {
  for (std::string next = word(chunk); next != "-1";) {
    const auto answer = CSVM_TRY(
        read(Script::scan_deliveries, session, job, token, states, next, enough, skim ? 1 : 0));
    for (std::size_t i = 0; i < answer[1].size(); ++i) {
      const Node one = answer[1][i];
      if (!use(one[0].count() * chunk_entries, one[1].text())) return {};
    }
    next = answer[0].text();
  }
  return {};
}

Result<Resumption> RedisStore::resumption(const Lease& lease) {
  Resumption found;
  Ranges finished;
  CSVM_CHECK(scan("", lease.job_id, lease.token, every_state, 0, no_end, true,
                  [&](Count first, std::string_view chunk) {
                    if (chunk.empty()) finished.add(first, first + chunk_entries);
                    for (std::size_t i = 0; i < chunk_entries && !chunk.empty(); ++i) {
                      auto entry = entry_of(chunk, first, i);
                      if (!entry) continue;
                      if (entry->state == DeliveryState::pending) {
                        found.pending.push_back(*std::move(entry));
                      } else {
                        finished.add(entry->record, entry->record + 1);
                      }
                    }
                    return true;
                  }));
  found.finished = finished.take();
  return found;
}

Result<DeliveryCounts> RedisStore::delivery_counts(Id session, Id job) {
  const auto answer = CSVM_TRY(read(Script::delivery_counts, session, job));
  const Node counts = answer[0];
  return DeliveryCounts{counts[0].count(), counts[1].count(), counts[2].count(),
                        counts[3].count(), counts[4].count(), counts[5].count()};
}

List<Delivery> RedisStore::deliveries(Id session, Id job, std::optional<DeliveryState> state,
                                      std::optional<Count> after, std::size_t max) {
  std::vector<Delivery> page;
  const Count from = after ? *after + 1 : 0;
  CSVM_CHECK(scan(session, job, 0, state ? bit_of(*state) : every_state, from / chunk_entries, max,
                  false, [&](Count first, std::string_view chunk) {
                    for (std::size_t i = 0; i < chunk_entries && page.size() < max; ++i) {
                      auto entry = entry_of(chunk, first, i);
                      if (!entry || entry->record < from || (state && entry->state != *state)) {
                        continue;
                      }
                      page.push_back(*std::move(entry));
                    }
                    return page.size() < max;
                  }));
  if (page.empty()) return page;
  const std::string key = text_key(job);
  std::vector<std::string> records;
  for (const Delivery& one : page) records.push_back(word(one.record));
  std::vector<std::string_view> words = {"HMGET", key};
  words.insert(words.end(), records.begin(), records.end());
  const auto texts = CSVM_TRY(client_.command(words, Again::yes));
  for (std::size_t i = 0; i < page.size(); ++i) page[i].excerpt = texts.root()[i].text();
  return page;
}

List<FailureGroup> RedisStore::failure_groups(Id session, Id job) {
  std::map<std::pair<DeliveryState, std::uint16_t>, FailureGroup> by_kind;
  CSVM_CHECK(
      scan(session, job, 0, failures, 0, no_end, false, [&](Count first, std::string_view chunk) {
        for (std::size_t i = 0; i < chunk_entries; ++i) {
          auto entry = entry_of(chunk, first, i);
          if (!entry || (bit_of(entry->state) & failures) == 0) continue;
          FailureGroup& group = by_kind[{entry->state, entry->http_status}];
          if (++group.count == 1) group.first = *std::move(entry);
        }
        return true;
      }));
  std::vector<FailureGroup> groups;
  const std::string key = text_key(job);
  for (auto& [kind, group] : by_kind) {
    const std::string record = word(group.first.record);
    const auto text = CSVM_TRY(client_.command({"HGET", key, record}, Again::yes));
    group.first.excerpt = text.root().text();
    groups.push_back(std::move(group));
  }
  std::ranges::stable_sort(groups, std::ranges::greater(), &FailureGroup::count);
  return groups;
}

Result<Count> RedisStore::retry_deliveries(Id session, Id job, std::span<const Count> records) {
  std::vector<std::string> words = {word(session), word(job), time_bytes(options_.now())};
  for (const Count record : records) words.push_back(word(record));
  return CSVM_TRY(run(Script::retry_deliveries, std::move(words), Again::no))[0].count();
}

Result<Destination> RedisStore::destination(Text url) {
  const std::string key = "csvm:destination:" + hex_digest(url);
  const auto answer = CSVM_TRY(client_.command({"HMGET", key, "taken", "learnt"}, Again::yes));
  Destination found;
  found.lifetime_count = answer.root()[0].count();
  if (!answer.root()[1].text().empty()) found.learnt_rate = answer.root()[1].real();
  return found;
}

Result<void> RedisStore::learn_rate(Text url, std::optional<double> rate) {
  const std::string key = "csvm:destination:" + hex_digest(url);
  const std::string learnt = rate ? word(*rate) : "";
  CSVM_CHECK(client_.command({"HSET", key, "learnt", learnt}, Again::yes));
  return {};
}

Result<Tokens> RedisStore::take_tokens(const RateWish& wish) {
  const auto answer =
      CSVM_TRY(write(Script::take_tokens, hex_digest(wish.url), wish.process, wish.limit,
                     wish.ceiling, wish.burst, wish.most, wish.unused, wish.unused_before.count()));
  const auto time = [&](std::size_t n) { return std::chrono::microseconds(answer[n].count()); };
  return Tokens{answer[0].count(), answer[5].count(), time(1), time(2), time(3), time(4)};
}

}  // namespace csvm::store::redis
