#include "convert.h"

#include <algorithm>
#include <string_view>

#include "decoder.h"

namespace csvm::bytes {
namespace {

constexpr std::size_t piece_bytes = std::size_t{64} << 10;

}  // namespace

Result<Converted> convert(const Storage& original, std::uint64_t begin, const std::string& encoding,
                          const std::string& name, const std::stop_token& stop) {
  const std::unique_ptr<Decoder> decoder = make_decoder(encoding);
  if (!decoder) return Error{Errc::internal, "no decoder for " + encoding};
  Spool spool(name);
  Converted result;
  std::string piece(piece_bytes, '\0');
  std::string utf8;
  std::uint64_t offset = begin;
  for (;;) {
    if (stop.stop_requested()) return Error{Errc::cancelled, "cancelled"};
    const std::size_t count = CSVM_TRY(original.read_at(offset, std::span<char>(piece)));
    const bool last = offset + count >= original.size();
    result.checkpoints.push_back({offset, spool.size()});
    utf8.clear();
    const std::size_t taken = decoder->decode({piece.data(), count}, last, utf8);
    CSVM_CHECK(spool.append(utf8));
    offset += taken;
    if (last) break;
  }
  result.utf8 = CSVM_TRY(spool.finish());
  return result;
}

std::uint64_t original_place(const Storage& original, const std::vector<Checkpoint>& checkpoints,
                             const std::string& encoding, std::uint64_t offset) {
  const auto after = std::upper_bound(
      checkpoints.begin(), checkpoints.end(), offset,
      [](std::uint64_t wanted, const Checkpoint& point) { return wanted < point.converted; });
  if (after == checkpoints.begin()) return 0;
  const Checkpoint& from = *(after - 1);
  const std::unique_ptr<Decoder> decoder = make_decoder(encoding);
  std::string piece(piece_bytes + 8, '\0');
  const auto count = original.read_at(from.original, std::span<char>(piece));
  if (!decoder || !count) return from.original;
  const std::string_view text(piece.data(), *count);
  const bool last = from.original + *count >= original.size();
  std::uint64_t converted = from.converted;
  std::size_t at = 0;
  std::string character;
  while (converted < offset) {
    character.clear();
    const std::size_t taken = decoder->decode_one(text.substr(at), last, character);
    if (taken == 0 || converted + character.size() > offset) break;
    at += taken;
    converted += character.size();
  }
  return from.original + at;
}

}  // namespace csvm::bytes
