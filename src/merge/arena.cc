#include <algorithm>
#include <cstring>

#include "csvm/merge.h"

namespace csvm::merge {

namespace {
constexpr std::size_t chunk_bytes = std::size_t{16} << 10;
}

std::string_view Arena::store(std::string_view text) {
  while (chunk_ < chunks_.size() && chunks_[chunk_].size() - used_ < text.size()) {
    ++chunk_;
    used_ = 0;
  }
  if (chunk_ == chunks_.size()) chunks_.emplace_back(std::max(chunk_bytes, text.size()));
  char* const place = chunks_[chunk_].data() + used_;
  if (!text.empty()) std::memcpy(place, text.data(), text.size());
  used_ += text.size();
  return {place, text.size()};
}

void Arena::clear() {
  // A huge cluster should not hold its memory for the rest of the run.
  if (chunks_.size() > 64) chunks_.resize(64);
  std::erase_if(chunks_, [](const auto& chunk) { return chunk.size() > 64 * chunk_bytes; });
  chunk_ = 0;
  used_ = 0;
}

}  // namespace csvm::merge
