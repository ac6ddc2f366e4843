#include "contacts.h"

#include <algorithm>

namespace csvm::pipeline {

Contacts::Contacts(const Layout& layout) : layout_(layout), seen_(layout.numbered.size()) {}

void Contacts::start() {
  for (auto& values : seen_) values.clear();
}

void Contacts::add(std::span<const std::string_view> values) {
  for (std::size_t f = 0; f < seen_.size(); ++f) {
    const NumberedColumns& numbered = layout_.numbered[f];
    const auto note = [&](std::int32_t column) {
      const std::string_view value = values[static_cast<std::size_t>(column)];
      if (!value.empty() && std::ranges::find(seen_[f], value) == seen_[f].end()) {
        // No more than there are columns, and one that leads: a huge cluster must not cost n^2.
        if (seen_[f].size() <= numbered.others.size()) seen_[f].emplace_back(value);
      }
    };
    note(numbered.column);
    for (const std::int32_t column : numbered.others) note(column);
  }
}

std::span<const std::string_view> Contacts::put_into(std::span<const std::string_view> survivor) {
  if (seen_.empty()) return survivor;
  values_.assign(survivor.begin(), survivor.end());
  for (std::size_t f = 0; f < seen_.size(); ++f) {
    const NumberedColumns& numbered = layout_.numbered[f];
    const std::string_view lead = values_[static_cast<std::size_t>(numbered.column)];
    std::size_t next = 0;
    for (const std::int32_t column : numbered.others) {
      while (next < seen_[f].size() && seen_[f][next] == lead) ++next;
      values_[static_cast<std::size_t>(column)] =
          next < seen_[f].size() ? std::string_view(seen_[f][next++]) : std::string_view();
    }
  }
  return values_;
}

}  // namespace csvm::pipeline
