#include "host_ends.h"

namespace csvm::clean {

void HostEnds::add(std::string_view end, Flags flags) {
  std::uint64_t hash = 0;
  std::size_t behind = end.size();
  while (true) {
    std::size_t start = behind;
    while (start > 0 && end[start - 1] != '.') --start;
    hash = mixed(hash, end.data() + start, behind - start);
    entries_.push_back({end.substr(start), hash, start == 0 ? flags : Flags{0}});
    if (start == 0) return;
    behind = start - 1;
  }
}

void HostEnds::freeze() {
  std::size_t places = 64;
  while (places < entries_.size() * 2) places *= 2;
  slots_.resize(places);
  filter_.resize(places / 8);  // sixteen bits an entry or more
  for (const Entry& entry : entries_) {
    const std::uint64_t bit = entry.hash & (filter_.size() * 64 - 1);
    filter_[bit / 64] |= std::uint64_t{1} << (bit % 64);
    std::size_t at = (entry.hash >> 20U) & (places - 1);
    while (!slots_[at].end.empty() && slots_[at].end != entry.end) at = (at + 1) & (places - 1);
    slots_[at].end = entry.end;
    slots_[at].flags = static_cast<Flags>(slots_[at].flags | entry.flags);
  }
  entries_ = {};
}

}  // namespace csvm::clean
