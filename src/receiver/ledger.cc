#include "ledger.h"

#include <fmt/format.h>

#include <cerrno>

namespace csvm::receiver {
namespace {

constexpr std::size_t most_arrivals = 1'000'000;

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string_view name_of(What what) {
  switch (what) {
    case What::answer:
      return "answer";
    case What::slow:
      return "slow";
    case What::reset:
      return "reset";
    case What::cut:
      return "cut";
    case What::lost:
      return "lost";
    case What::hang:
      return "hang";
  }
  return "";
}

}  // namespace

Result<Ledger> Ledger::create(const std::string& record_file) {
  Ledger ledger;
  if (!record_file.empty()) {
    ledger.file_.reset(std::fopen(record_file.c_str(), "a"));
    if (!ledger.file_) return io_error("write", record_file, errno);
  }
  return ledger;
}

void Ledger::note(std::string_view id, std::string_view body, const Reaction& reaction,
                  Clock::time_point now) {
  ++counts_.requests;
  arrivals_.push_back(now);
  if (arrivals_.size() > most_arrivals) arrivals_.pop_front();
  const bool answered = reaction.what == What::answer || reaction.what == What::slow;
  const bool is_2xx = answered && reaction.status >= 200 && reaction.status < 300;
  if (!answered) {
    ++counts_.unanswered;
  } else if (is_2xx) {
    ++counts_.answered_2xx;
  } else if (reaction.status == 429) {
    ++counts_.answered_429;
  } else {
    ++counts_.answered_other;
  }
  const std::size_t body_hash = std::hash<std::string_view>()(body);
  const auto [entry, is_new] = ids_.try_emplace(std::hash<std::string_view>()(id));
  Known& known = entry->second;
  if (is_new) {
    ++counts_.ids;
    known.body = body_hash;
  }
  if (known.body != body_hash) ++counts_.changed;
  if (is_2xx || reaction.what == What::lost) {
    ++(known.taken ? counts_.surplus : counts_.accepted_ids);
    known.taken = true;
  }
  if (file_) {
    fmt::print(file_.get(),
               R"({{"id":{},"what":"{}","status":{},"body":{}}})"
               "\n",
               quoted(id), name_of(reaction.what), answered ? reaction.status : 0, quoted(body));
  }
}

void Ledger::flush() {
  if (file_) std::fflush(file_.get());
}

std::string to_json(const Counts& counts) {
  return fmt::format(R"({{"requests":{},"ids":{},"accepted_ids":{},"surplus":{},"changed":{},)"
                     R"("answered_2xx":{},"answered_429":{},"answered_other":{},"unanswered":{}}})",
                     counts.requests, counts.ids, counts.accepted_ids, counts.surplus,
                     counts.changed, counts.answered_2xx, counts.answered_429,
                     counts.answered_other, counts.unanswered);
}

}  // namespace csvm::receiver
