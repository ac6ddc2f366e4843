// Deliveries between `deliver`, the store, and what a status shows.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <utility>

#include "csvm/bytes.h"
#include "csvm/jobs.h"

namespace csvm::jobs {
namespace {

constexpr std::array<std::string_view, 6> words = {"pending", "delivered", "rejected",
                                                   "failed",  "maybe",     "skipped"};
constexpr std::string_view first_line = "sending 1";

store::DeliveryState state_of(const std::optional<deliver::Outcome>& outcome) {
  using deliver::Outcome;
  using store::DeliveryState;
  if (!outcome) return DeliveryState::pending;
  switch (*outcome) {
    case Outcome::delivered:
      return DeliveryState::delivered;
    case Outcome::rejected:
      return DeliveryState::rejected;
    case Outcome::failed:
      return DeliveryState::failed;
    case Outcome::maybe:
      return DeliveryState::maybe;
    case Outcome::skipped:
      return DeliveryState::skipped;
  }
  return DeliveryState::pending;
}

// A document of "name value" lines.
class Lines {
 public:
  explicit Lines(std::string_view text) {
    while (!text.empty()) {
      const auto end = std::min(text.find('\n'), text.size());
      const std::string_view line = text.substr(0, end);
      const auto blank = line.find(' ');
      if (blank != std::string_view::npos) {
        values_.emplace(line.substr(0, blank), line.substr(blank + 1));
      }
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }
  std::string_view text(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::string_view() : found->second;
  }
  template <class Number>
  Number number(std::string_view name) const {
    const std::string_view value = text(name);
    Number read{};
    std::from_chars(value.data(), value.data() + value.size(), read);
    return read;
  }
  bool has(std::string_view name) const { return values_.contains(name); }

 private:
  std::map<std::string_view, std::string_view> values_;
};

std::vector<PacePoint> pace_points(std::string_view text) {
  std::vector<double> numbers;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    std::from_chars(text.data(), text.data() + end, numbers.emplace_back());
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  std::vector<PacePoint> points;
  std::int64_t at = 0;
  for (std::size_t i = 0; i + 2 < numbers.size(); i += 3) {
    at += static_cast<std::int64_t>(numbers[i]);
    points.push_back({at, numbers[i + 1], numbers[i + 2]});
  }
  return points;
}

}  // namespace

// An excerpt may have been cut in the middle of a character, or be no text at all.
std::string printable(std::string_view text) {
  std::string shown;
  for (const char c : text) shown += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  return shown.substr(0, bytes::first_invalid_utf8(shown));
}

std::string_view delivery_word(store::DeliveryState state) {
  return words.at(static_cast<std::size_t>(state));
}

std::optional<store::DeliveryState> delivery_state(std::string_view word) {
  const auto found = std::ranges::find(words, word);
  if (found == words.end()) return std::nullopt;
  return static_cast<store::DeliveryState>(found - words.begin());
}

store::Delivery delivery_of(const deliver::Entry& entry) {
  store::Delivery row;
  row.record = entry.record;
  row.state = state_of(entry.outcome);
  row.http_status = static_cast<std::uint16_t>(entry.status);
  row.attempts = entry.attempts;
  row.at = entry.at;
  row.excerpt = printable(entry.text);
  return row;
}

Result<void> record_outcomes(store::Store& store, const store::Lease& lease,
                             std::span<const deliver::Entry> entries,
                             const std::vector<std::string>& urls) {
  std::vector<store::Delivery> rows;
  rows.reserve(entries.size());
  std::map<std::size_t, store::Count> taken;
  for (const deliver::Entry& entry : entries) {
    rows.push_back(delivery_of(entry));
    const bool arrived =
        entry.outcome == deliver::Outcome::delivered || entry.outcome == deliver::Outcome::maybe;
    if (arrived) ++taken[entry.target];
  }
  std::vector<store::Taken> by_url;
  for (const auto& [target, count] : taken) by_url.push_back({urls.at(target), count});
  return store.append_deliveries(lease, rows, by_url);
}

std::string webhook_id_prefix(const store::Job& job) {
  const auto wishes = recipe::parse_delivery_wishes(job.webhook.options, {});
  if (!wishes || wishes->series.empty()) return fmt::format("msg_{}_", job.id);
  return fmt::format("msg_{}_{}_", job.id, wishes->series);
}

std::string to_text(const SendingDetails& details) {
  std::string text = fmt::format(
      "{}\nseries {}\nrows_read {}\ndelivered {}\nrejected {}\nfailed {}\nmaybe {}\nskipped {}\n"
      "in_flight {}\np50 {}\np90 {}\np99 {}\nwaits {}\ndown {}\ncrashes {}\nheld_by {}\n",
      first_line, details.series, details.rows_read, details.delivered, details.rejected,
      details.failed, details.maybe, details.skipped, details.in_flight, details.latency_p50,
      details.latency_p90, details.latency_p99, details.waits_for_go_on ? 1 : 0,
      details.receiver_is_down ? 1 : 0, details.crashes, printable(details.held_by));
  if (details.last_failure) {
    const store::Delivery& last = *details.last_failure;
    text +=
        fmt::format("last_record {}\nlast_state {}\nlast_status {}\nlast_reason {}\n", last.record,
                    delivery_word(last.state), last.http_status, printable(last.excerpt));
  }
  if (!details.pace.empty()) {
    text += "pace";
    std::int64_t before = 0;  // written are the distances: it is stored with every heartbeat
    for (const PacePoint& point : details.pace) {
      fmt::format_to(std::back_inserter(text), " {} {:.4g} {:.4g}",
                     point.at - std::exchange(before, point.at), point.rate, point.latency_p50);
    }
    text += '\n';
  }
  return text;
}

std::optional<SendingDetails> sending_details(std::string_view text) {
  if (!text.starts_with(first_line)) return std::nullopt;
  const Lines lines(text);
  SendingDetails details;
  details.series = lines.text("series");
  details.rows_read = lines.number<std::uint64_t>("rows_read");
  details.delivered = lines.number<std::uint64_t>("delivered");
  details.rejected = lines.number<std::uint64_t>("rejected");
  details.failed = lines.number<std::uint64_t>("failed");
  details.maybe = lines.number<std::uint64_t>("maybe");
  details.skipped = lines.number<std::uint64_t>("skipped");
  details.in_flight = lines.number<std::uint64_t>("in_flight");
  details.latency_p50 = lines.number<double>("p50");
  details.latency_p90 = lines.number<double>("p90");
  details.latency_p99 = lines.number<double>("p99");
  details.waits_for_go_on = lines.number<int>("waits") != 0;
  details.receiver_is_down = lines.number<int>("down") != 0;
  details.crashes = lines.number<std::uint32_t>("crashes");
  details.held_by = lines.text("held_by");
  if (lines.has("last_record")) {
    store::Delivery last;
    last.record = lines.number<std::uint64_t>("last_record");
    last.state = delivery_state(lines.text("last_state")).value_or(store::DeliveryState::failed);
    last.http_status = lines.number<std::uint16_t>("last_status");
    last.excerpt = lines.text("last_reason");
    details.last_failure = std::move(last);
  }
  details.pace = pace_points(lines.text("pace"));
  return details;
}

}  // namespace csvm::jobs
