#include "store.h"

#include <algorithm>
#include <utility>

namespace csvm::cluster {

std::byte* Ground::take(std::size_t bytes) {
  if (scratch_ != nullptr) {
    // No room on the disk is no reason to end: the heap may have some.
    if (auto mapped = scratch_->array<std::byte>(bytes)) {
      mapped_.push_back(std::move(*mapped));
      return mapped_.back().data();
    }
  }
  heap_.push_back(std::make_unique_for_overwrite<std::byte[]>(bytes));
  return heap_.back().get();
}

char* TextArena::take(std::size_t bytes) {
  if (bytes > left_) {
    const std::size_t chunk_bytes =
        ground_.is_scratch() ? std::clamp(taken_, std::size_t{4} << 20, std::size_t{32} << 20)
                             : std::size_t{16} << 10;
    left_ = std::max(bytes, chunk_bytes);
    taken_ += left_;
    at_ = reinterpret_cast<char*>(ground_.take(left_));
  }
  char* const place = at_;
  at_ += bytes;
  left_ -= bytes;
  return place;
}

const char* pack(const Parts& parts, std::size_t count, TextArena& arena) {
  std::array<std::size_t, part_count> lengths{};
  std::size_t total = count;
  for (std::size_t i = 0; i < count; ++i) {
    lengths[i] = std::min<std::size_t>(parts.text[i].size(), 255);
    total += lengths[i];
  }
  char* const packed = arena.take(total);
  char* out = packed + count;
  for (std::size_t i = 0; i < count; ++i) {
    packed[i] = static_cast<char>(static_cast<unsigned char>(lengths[i]));
    if (lengths[i] != 0) std::memcpy(out, parts.text[i].data(), lengths[i]);
    out += lengths[i];
  }
  return packed;
}

std::size_t packed_bytes(const char* packed, std::size_t count) {
  std::size_t total = count;
  for (std::size_t i = 0; i < count; ++i) total += static_cast<unsigned char>(packed[i]);
  return total;
}

void unpack(const char* packed, std::size_t count, Parts& parts) {
  const char* at = packed + count;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t length = static_cast<unsigned char>(packed[i]);
    parts.text[i] = {at, length};
    at += length;
  }
}

Comparables::Comparables(const Settings& settings) : store_(std::make_unique<Store>()) {
  store_->type = settings.type;
  store_->mode = settings.mode;
  store_->has_name = settings.has_name;
  store_->has_company = settings.has_company;
  store_->memory_bytes = settings.memory_bytes;
}
Comparables::Comparables(Comparables&&) noexcept = default;
Comparables& Comparables::operator=(Comparables&&) noexcept = default;
Comparables::~Comparables() = default;

void Comparables::add(const RowValues& values) {
  if (store_->mode == Mode::exact) add_exact(*store_, values);
  if (store_->mode == Mode::fuzzy) add_fuzzy(*store_, values);
  ++store_->rows;
}

void Comparables::append(Comparables&& later) {
  Store& ours = *store_;
  Store& theirs = *later.store_;
  if (ours.rows == 0) {
    ours.space = std::make_unique<bytes::Scratch>(ours.memory_bytes);
    ours.exact.lie_in(*ours.space);
    ours.fuzzy.lie_in(*ours.space);
    ours.texts.lie_in(*ours.space);
  }
  // Side by side and in order, not where many threads left them: they are gone through often.
  const auto moved = [&ours](const char* packed, std::size_t parts) -> const char* {
    if (packed == nullptr) return nullptr;
    const std::size_t bytes = packed_bytes(packed, parts);
    return static_cast<const char*>(std::memcpy(ours.texts.take(bytes), packed, bytes));
  };
  for (std::size_t i = 0; i < theirs.exact.size(); ++i) {
    ExactRow& row = ours.exact.push();
    row = theirs.exact[i];
    row.name = moved(row.name, exact_parts);
  }
  for (std::size_t i = 0; i < theirs.fuzzy.size(); ++i) {
    FuzzyRow& row = ours.fuzzy.push();
    row = theirs.fuzzy[i];
    row.text = moved(row.text, part_count);
  }
  ours.space->trim();
  ours.rows += theirs.rows;
}

void Comparables::ask_for(std::uint32_t row) const {
  if (store_->mode != Mode::fuzzy) return;
  const FuzzyRow& kept = store_->fuzzy[row];
  __builtin_prefetch(&kept);
  __builtin_prefetch(reinterpret_cast<const char*>(&kept + 1) - 1);
}

void Comparables::ask_for_text(std::uint32_t row) const {
  if (store_->mode != Mode::fuzzy) return;
  const char* const text = store_->fuzzy[row].text;
  __builtin_prefetch(text);
  __builtin_prefetch(text + 64);
}

std::size_t Comparables::rows() const { return store_->rows; }

}  // namespace csvm::cluster
