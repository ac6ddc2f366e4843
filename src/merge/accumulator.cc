#include <algorithm>
#include <array>
#include <utility>

#include "csvm/merge.h"

namespace csvm::merge {
namespace {

constexpr std::array<std::pair<Survivor, std::string_view>, 5> rule_names = {{
    {Survivor::most_complete, "most_complete"},
    {Survivor::first, "first"},
    {Survivor::longest, "longest"},
    {Survivor::most_frequent, "most_frequent"},
    {Survivor::newest_file, "newest_file"},
}};

}  // namespace

std::string_view to_string(Survivor rule) {
  return std::ranges::find(rule_names, rule, &std::pair<Survivor, std::string_view>::first)->second;
}

std::optional<Survivor> survivor_named(std::string_view name) {
  for (const auto& [rule, text] : rule_names) {
    if (text == name) return rule;
  }
  return std::nullopt;
}

Accumulator::Accumulator(Survivor rule, std::size_t columns)
    : rule_(rule), values_(columns), origins_(columns), leads_(columns), base_filled_(columns) {
  if (rule == Survivor::most_frequent) tallies_.resize(columns);
}

void Accumulator::start() {
  std::ranges::fill(values_, std::string_view());
  for (auto& tally : tallies_) tally.clear();
  base_order_ = 0;
  members_ = 0;
  conflicts_ = 0;
  arena_.clear();
}

bool Accumulator::wins(const Lead& challenger, const Lead& holder) const {
  if (challenger.rank != holder.rank) return challenger.rank < holder.rank;
  if (challenger.order != holder.order) return challenger.order > holder.order;
  return challenger.bytes > holder.bytes;
}

void Accumulator::add(const Member& member) {
  const auto filled_cells = static_cast<std::uint64_t>(
      std::ranges::count_if(member.values, [](std::string_view value) { return !value.empty(); }));
  const bool is_base =
      members_ == 0 || (rule_ == Survivor::most_complete && filled_cells > base_order_);
  if (is_base) base_order_ = filled_cells;

  for (std::size_t column = 0; is_base && column < values_.size(); ++column) {
    base_filled_[column] = !member.values[column].empty();
  }
  for (std::size_t column = 0; column < values_.size(); ++column) {
    const std::string_view value = member.values[column];
    if (value.empty()) continue;

    Lead challenger;
    challenger.rank = member.rank;
    if (rule_ == Survivor::most_complete) {
      challenger.order = static_cast<std::int64_t>(filled_cells);
      challenger.bytes = value.size();
    } else if (rule_ == Survivor::longest) {
      challenger.order = static_cast<std::int64_t>(value.size());
    } else if (rule_ == Survivor::newest_file) {
      challenger.order = member.file_time;
    }

    Lead& holder = leads_[column];
    const bool had_value = !values_[column].empty();
    const bool same = had_value && values_[column] == value;
    if (!had_value) {
      challenger.conflict = false;
    } else {
      challenger.conflict = holder.conflict || !same;
      if (!same && !holder.conflict) ++conflicts_;
      holder.conflict = challenger.conflict;
    }

    if (rule_ == Survivor::most_frequent) {
      auto& tally = tallies_[column];
      auto found = tally.find(value);
      if (found == tally.end()) {
        found = tally.emplace(arena_.store(value), Tally{0, members_, member.rank}).first;
      }
      ++found->second.count;
      found->second.rank = std::min(found->second.rank, member.rank);
      if (!had_value) {
        values_[column] = found->first;
        origins_[column] = members_;
        holder = challenger;
      }
    } else if (!had_value || wins(challenger, holder)) {
      // An equal text need not be stored twice; it keeps its place but takes the better lead.
      if (!same) values_[column] = arena_.store(value);
      origins_[column] = members_;
      holder = challenger;
    }
  }
  ++members_;
}

void Accumulator::settle_most_frequent() {
  for (std::size_t column = 0; column < tallies_.size(); ++column) {
    const Tally* best = nullptr;
    for (const auto& [value, tally] : tallies_[column]) {
      const bool better =
          best == nullptr || tally.rank < best->rank ||
          (tally.rank == best->rank &&
           (tally.count > best->count ||
            (tally.count == best->count && tally.first_member < best->first_member)));
      if (!better) continue;
      best = &tally;
      values_[column] = value;
      origins_[column] = tally.first_member;
    }
  }
}

std::span<const std::string_view> Accumulator::values() {
  if (rule_ == Survivor::most_frequent) settle_most_frequent();
  return values_;
}

std::uint64_t Accumulator::filled() {
  std::uint64_t cells = 0;
  for (std::size_t column = 0; column < values_.size(); ++column) {
    cells += !values_[column].empty() && !base_filled_[column] ? 1 : 0;
  }
  return cells;
}

}  // namespace csvm::merge
