#include "kept.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace csvm::files::s3 {
namespace {

constexpr std::string_view first_line = "csv-merger kept upload 1";
constexpr std::string_view ending = ".part/";
constexpr std::size_t digits = 20;

// Empty when there is no whole line.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return {};
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

}  // namespace

std::string kept_beginning(const std::string& object_key) {
  return object_key + std::string(ending);
}

std::string kept_key(const std::string& object_key, std::uint64_t bytes) {
  return fmt::format("{}{:020}", kept_beginning(object_key), bytes);
}

std::optional<std::uint64_t> kept_bytes(std::string_view key) {
  if (key.size() < digits + ending.size()) return std::nullopt;
  const std::string_view number = key.substr(key.size() - digits);
  if (!key.substr(0, key.size() - digits).ends_with(ending)) return std::nullopt;
  std::uint64_t bytes = 0;
  const auto [end, failed] = std::from_chars(number.data(), number.data() + digits, bytes);
  if (failed != std::errc() || end != number.data() + digits) return std::nullopt;
  return bytes;
}

std::string kept_document(const Kept& kept) {
  std::string text =
      fmt::format("{}\n{}\n{}\n{}\n", first_line, kept.upload_id, kept.writer, kept.etags.size());
  for (const std::string& etag : kept.etags) text += etag + "\n";
  return text + kept.tail;
}

Result<Kept> parse_kept(std::string_view document) {
  const Error broken{Errc::io,
                     "what is kept of an interrupted upload is not readable: begin again"};
  if (take_line(document) != first_line) return broken;
  Kept kept;
  kept.upload_id = take_line(document);
  kept.writer = take_line(document);
  const std::string_view count = take_line(document);
  std::size_t parts = 0;
  const auto [end, failed] = std::from_chars(count.data(), count.data() + count.size(), parts);
  if (failed != std::errc() || end != count.data() + count.size() || parts > most_parts) {
    return broken;
  }
  for (std::size_t i = 0; i < parts; ++i) {
    kept.etags.emplace_back(take_line(document));
    if (kept.etags.back().empty()) return broken;
  }
  kept.tail = document;
  if (kept.tail.size() > part_bytes) return broken;
  return kept;
}

}  // namespace csvm::files::s3
