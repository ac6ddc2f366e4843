#include "xml.h"

#include <array>
#include <charconv>
#include <utility>

namespace csvm::files::s3 {
namespace {

constexpr std::array<std::pair<std::string_view, char>, 5> entities = {
    {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}}};

// The character that "&#34;" or "&#x22;" stands for, if it is an ASCII one.
std::optional<char> numbered(std::string_view entity) {
  if (!entity.starts_with("&#") || !entity.ends_with(';')) return std::nullopt;
  entity = entity.substr(2, entity.size() - 3);
  const int base = entity.starts_with('x') ? 16 : 10;
  if (base == 16) entity.remove_prefix(1);
  int number = 0;
  const auto [end, failed] =
      std::from_chars(entity.data(), entity.data() + entity.size(), number, base);
  if (failed != std::errc() || end != entity.data() + entity.size() || number < 1 || number > 127) {
    return std::nullopt;
  }
  return static_cast<char>(number);
}

std::string decoded(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t begin = text.find('&');
    result += text.substr(0, begin);
    if (begin == std::string_view::npos) break;
    text.remove_prefix(begin);
    const std::string_view entity = text.substr(0, text.find(';') + 1);
    std::optional<char> character = numbered(entity);
    for (const auto& [name, value] : entities) {
      if (entity == name) character = value;
    }
    result += character.value_or('&');
    text.remove_prefix(character ? entity.size() : 1);
  }
  return result;
}

}  // namespace

std::vector<std::string_view> elements(std::string_view xml, std::string_view name) {
  std::vector<std::string_view> found;
  std::string closing = "</";
  closing.append(name).append(">");
  std::size_t at = 0;
  while ((at = xml.find('<', at)) != std::string_view::npos) {
    ++at;
    if (xml.substr(at, name.size()) != name) continue;
    const std::string_view after = xml.substr(at + name.size(), 1);
    if (after != ">" && after != " " && after != "/") continue;
    const std::size_t opened = xml.find('>', at);
    if (opened == std::string_view::npos) break;
    if (xml[opened - 1] == '/') {
      found.emplace_back();
      at = opened;
      continue;
    }
    const std::size_t end = xml.find(closing, opened);
    if (end == std::string_view::npos) break;
    found.push_back(xml.substr(opened + 1, end - opened - 1));
    at = end;
  }
  return found;
}

std::string text_of(std::string_view xml, std::string_view name) {
  const auto found = elements(xml, name);
  return found.empty() ? std::string() : decoded(found.front());
}

std::string escape_xml(std::string_view text) {
  std::string result;
  for (const char c : text) {
    std::string_view written(&c, 1);
    for (const auto& [name, value] : entities) {
      if (c == value) written = name;
    }
    result += written;
  }
  return result;
}

std::optional<std::chrono::sys_time<std::chrono::milliseconds>> parse_time(std::string_view text) {
  constexpr std::string_view shape = "0000-00-00T00:00:00";
  if (text.size() < shape.size() + 1 || !text.ends_with('Z')) return std::nullopt;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const bool fits = shape[i] == '0' ? text[i] >= '0' && text[i] <= '9' : text[i] == shape[i];
    if (!fits) return std::nullopt;
  }
  const auto number = [&](std::size_t from, std::size_t digits) {
    int value = 0;
    for (std::size_t i = from; i < from + digits; ++i) value = value * 10 + (text[i] - '0');
    return value;
  };
  const std::chrono::year_month_day day{std::chrono::year(number(0, 4)),
                                        std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                        std::chrono::day(static_cast<unsigned>(number(8, 2)))};
  if (!day.ok()) return std::nullopt;
  int milliseconds = 0;
  if (text[shape.size()] == '.') {
    int scale = 100;
    for (std::size_t i = shape.size() + 1; i + 1 < text.size() && scale > 0; ++i, scale /= 10) {
      if (text[i] < '0' || text[i] > '9') return std::nullopt;
      milliseconds += (text[i] - '0') * scale;
    }
  }
  return std::chrono::sys_days(day) + std::chrono::hours(number(11, 2)) +
         std::chrono::minutes(number(14, 2)) + std::chrono::seconds(number(17, 2)) +
         std::chrono::milliseconds(milliseconds);
}

}  // namespace csvm::files::s3
