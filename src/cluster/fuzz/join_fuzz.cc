// A few rows with arbitrary scores (each byte one pair): joining must say what its definition says.
#include <cstdint>
#include <cstdlib>

#include "tests/plain_join.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace cluster = csvm::cluster;
  if (size < 2) return 0;
  const std::uint32_t count = 2 + data[0] % 12;
  // The sums of multiples of a quarter are exact in any order.
  const auto score = [&](std::uint32_t a, std::uint32_t b) {
    if (a < b) std::swap(a, b);
    const std::uint8_t byte = data[1 + (a * (a - 1) / 2 + b) % (size - 1)];
    cluster::PairScore found;
    found.margin = static_cast<float>(static_cast<int>(byte & 63) - 40) / 4;
    found.veto = byte >= 250;
    found.by_first_name = byte >= 253;
    found.same_name = byte % 3 == 0;
    found.apart = (byte & 192) == 128 && byte % 5 == 0;
    found.strong = (byte & 192) == 192 && !found.veto;
    return found;
  };
  cluster::JoinInput input;
  input.count = count;
  input.least_mean = -3;
  input.threads = 1 + data[0] / 12 % 3;
  input.score = [&](unsigned, std::uint32_t a, std::uint32_t b) { return score(a, b); };
  input.content = [](std::uint32_t row) { return std::uint64_t{row} * 0x9E3779B97F4A7C15ULL; };
  input.has_initial = [](unsigned, std::uint32_t) { return false; };
  std::vector<cluster::ScoredPair> pairs;
  for (std::uint32_t row = 1; row < count; ++row) {
    for (std::uint32_t with = 0; with < row; ++with) {
      const cluster::PairScore found = score(row, with);
      if (found.veto) continue;
      pairs.push_back(
          {row, with, found.margin, found.strong ? std::uint32_t{cluster::pair_is_strong} : 0U});
    }
  }
  if (cluster::join_pairs(pairs, input).value() != cluster::plain::join_pairs(pairs, input))
    std::abort();
  return 0;
}
