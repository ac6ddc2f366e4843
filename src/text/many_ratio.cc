// One text against many: the same bit-parallel LCS as ratio.cc, a text per vector lane.
//
// Compiled once per instruction set by Highway; the best one of the machine is taken at run time.
#include <algorithm>
#include <cstring>

#include "csvm/text.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "many_ratio.cc"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
//
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace csvm::text {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// A group's masks of one byte value fill `row_bytes`, whatever the width of the vectors.
constexpr std::size_t row_bytes = 64;

template <class T>
void lcs_of_group(const std::uint8_t* masks, const char* query, std::size_t query_bytes, T* lcs) {
  const hn::CappedTag<T, row_bytes / sizeof(T)> d;
  using V = hn::Vec<decltype(d)>;
  const std::size_t step = hn::Lanes(d);
  constexpr std::size_t lanes = row_bytes / sizeof(T);
  const V ones = hn::Set(d, static_cast<T>(~T{0}));
  const T* table = reinterpret_cast<const T*>(masks);
  // Two vectors at a time hide each other's latency.
  std::size_t lane = 0;
  for (; lane + 2 * step <= lanes; lane += 2 * step) {
    V row_a = ones;
    V row_b = ones;
    for (std::size_t i = 0; i < query_bytes; ++i) {
      const T* mask = table + static_cast<unsigned char>(query[i]) * lanes + lane;
      const V hit_a = hn::And(row_a, hn::LoadU(d, mask));
      const V hit_b = hn::And(row_b, hn::LoadU(d, mask + step));
      row_a = hn::Or(hn::Add(row_a, hit_a), hn::Sub(row_a, hit_a));
      row_b = hn::Or(hn::Add(row_b, hit_b), hn::Sub(row_b, hit_b));
    }
    hn::StoreU(hn::PopulationCount(hn::Not(row_a)), d, lcs + lane);
    hn::StoreU(hn::PopulationCount(hn::Not(row_b)), d, lcs + lane + step);
  }
  for (; lane < lanes; lane += step) {
    V row = ones;
    for (std::size_t i = 0; i < query_bytes; ++i) {
      const T* mask = table + static_cast<unsigned char>(query[i]) * lanes + lane;
      const V hit = hn::And(row, hn::LoadU(d, mask));
      row = hn::Or(hn::Add(row, hit), hn::Sub(row, hit));
    }
    hn::StoreU(hn::PopulationCount(hn::Not(row)), d, lcs + lane);
  }
}

template <class T>
void score_group(const ManyRatio::Group& group, std::string_view query, std::span<float> scores) {
  constexpr std::size_t lanes = row_bytes / sizeof(T);
  T lcs[lanes];
  lcs_of_group<T>(group.masks.data(), query.data(), query.size(), lcs);
  const auto query_bytes = static_cast<float>(query.size());
  for (std::size_t lane = 0; lane < group.places.size(); ++lane) {
    const float bytes = group.lengths[lane] + query_bytes;
    scores[group.places[lane]] =
        bytes > 0 ? 200.0F * static_cast<float>(lcs[lane]) / bytes : 100.0F;
  }
}

void score_of_16_bits(const ManyRatio::Group& group, std::string_view query,
                      std::span<float> scores) {
  score_group<std::uint16_t>(group, query, scores);
}
void score_of_32_bits(const ManyRatio::Group& group, std::string_view query,
                      std::span<float> scores) {
  score_group<std::uint32_t>(group, query, scores);
}
void score_of_64_bits(const ManyRatio::Group& group, std::string_view query,
                      std::span<float> scores) {
  score_group<std::uint64_t>(group, query, scores);
}

}  // namespace HWY_NAMESPACE
}  // namespace csvm::text
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace csvm::text {

HWY_EXPORT(score_of_16_bits);
HWY_EXPORT(score_of_32_bits);
HWY_EXPORT(score_of_64_bits);

namespace {

template <class T>
void add_to_group(std::vector<ManyRatio::Group>& groups, std::string_view text,
                  std::uint32_t place) {
  constexpr std::size_t lanes = 64 / sizeof(T);
  if (groups.empty() || groups.back().places.size() == lanes) {
    groups.emplace_back().masks.resize(std::size_t{256} * 64);
  }
  ManyRatio::Group& group = groups.back();
  const std::size_t lane = group.places.size();
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::uint8_t* at =
        group.masks.data() + (static_cast<unsigned char>(text[i]) * lanes + lane) * sizeof(T);
    T mask;
    std::memcpy(&mask, at, sizeof mask);
    mask = static_cast<T>(mask | static_cast<T>(T{1} << i));
    std::memcpy(at, &mask, sizeof mask);
  }
  group.lengths.push_back(static_cast<float>(text.size()));
  group.places.push_back(place);
}

}  // namespace

ManyRatio::ManyRatio(std::span<const std::string_view> texts) : size_(texts.size()) {
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::string_view text = texts[i];
    const auto place = static_cast<std::uint32_t>(i);
    if (text.size() <= 16) {
      add_to_group<std::uint16_t>(groups_[0], text, place);
    } else if (text.size() <= 32) {
      add_to_group<std::uint32_t>(groups_[1], text, place);
    } else if (text.size() <= 64) {
      add_to_group<std::uint64_t>(groups_[2], text, place);
    } else {
      long_texts_.emplace_back(text);
      long_places_.push_back(place);
    }
  }
}

void ManyRatio::operator()(std::string_view query, std::span<float> scores) const {
  for (const Group& group : groups_[0])
    HWY_DYNAMIC_DISPATCH(score_of_16_bits)(group, query, scores);
  for (const Group& group : groups_[1])
    HWY_DYNAMIC_DISPATCH(score_of_32_bits)(group, query, scores);
  for (const Group& group : groups_[2])
    HWY_DYNAMIC_DISPATCH(score_of_64_bits)(group, query, scores);
  for (std::size_t i = 0; i < long_texts_.size(); ++i) {
    scores[long_places_[i]] = static_cast<float>(ratio(long_texts_[i], query));
  }
}

}  // namespace csvm::text
#endif  // HWY_ONCE
