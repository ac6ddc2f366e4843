#include "store.h"

#include <algorithm>
#include <utility>

namespace csvm::cluster {

char* TextArena::take(std::size_t bytes) {
  if (used_ + bytes > chunk_bytes) {
    chunks_.push_back(std::make_unique_for_overwrite<char[]>(std::max(bytes, chunk_bytes)));
    used_ = 0;
  }
  char* const place = chunks_.back().get() + used_;
  used_ += bytes;
  return place;
}

void TextArena::append(TextArena&& later) {
  if (later.chunks_.empty()) return;
  std::ranges::move(later.chunks_, std::back_inserter(chunks_));
  used_ = later.used_;
  later.chunks_.clear();
  later.used_ = chunk_bytes;
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
  store_->exact.append(later.store_->exact);
  store_->fuzzy.append(later.store_->fuzzy);
  store_->texts.append(std::move(later.store_->texts));
  store_->rows += later.store_->rows;
}

std::size_t Comparables::rows() const { return store_->rows; }

}  // namespace csvm::cluster
