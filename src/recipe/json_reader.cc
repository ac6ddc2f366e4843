#include "json_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <cerrno>
#include <fstream>
#include <set>

namespace csvm::recipe {
namespace {

boost::json::parse_options lenient() {
  boost::json::parse_options options;
  options.allow_comments = true;
  options.allow_trailing_commas = true;
  return options;
}

std::string_view without_byte_order_mark(std::string_view json) {
  if (json.starts_with("\xef\xbb\xbf")) json.remove_prefix(3);
  return json;
}

/// Follows a document and notes the keys of every open object.
class KeyWatcher {
 public:
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);
  using Failure = boost::system::error_code;
  using View = boost::json::string_view;

  bool on_document_begin(Failure&) { return true; }
  bool on_document_end(Failure&) { return true; }
  bool on_object_begin(Failure&) {
    open_.push_back({current_path(), {}, {}, 0, false});
    return true;
  }
  bool on_object_end(std::size_t, Failure&) { return end_container(); }
  bool on_array_begin(Failure&) {
    open_.push_back({current_path(), {}, {}, 0, true});
    return true;
  }
  bool on_array_end(std::size_t, Failure&) { return end_container(); }
  bool on_key_part(View part, std::size_t, Failure&) {
    key_.append(part.data(), part.size());
    return true;
  }
  bool on_key(View part, std::size_t, Failure&) {
    key_.append(part.data(), part.size());
    Level& level = open_.back();
    level.key = std::move(key_);
    key_.clear();
    if (!level.keys.insert(level.key).second) repeated_.push_back(path_of(level.path, level.key));
    return true;
  }
  bool on_string_part(View, std::size_t, Failure&) { return true; }
  bool on_string(View, std::size_t, Failure&) { return end_value(); }
  bool on_number_part(View, Failure&) { return true; }
  bool on_int64(std::int64_t, View, Failure&) { return end_value(); }
  bool on_uint64(std::uint64_t, View, Failure&) { return end_value(); }
  bool on_double(double, View, Failure&) { return end_value(); }
  bool on_bool(bool, Failure&) { return end_value(); }
  bool on_null(Failure&) { return end_value(); }
  bool on_comment_part(View, Failure&) { return true; }
  bool on_comment(View, Failure&) { return true; }

  std::vector<std::string> take() { return std::move(repeated_); }

 private:
  struct Level {
    std::string path;
    std::string key;  // the one whose value is being read
    std::set<std::string> keys;
    std::size_t index = 0;
    bool is_array = false;
  };

  std::string current_path() const {
    if (open_.empty()) return {};
    const Level& level = open_.back();
    return level.is_array ? path_of(level.path, level.index) : path_of(level.path, level.key);
  }
  bool end_value() {
    if (!open_.empty()) ++open_.back().index;
    return true;
  }
  bool end_container() {
    open_.pop_back();
    return end_value();
  }

  std::vector<Level> open_;
  std::string key_;
  std::vector<std::string> repeated_;
};

}  // namespace

Result<std::string> read_document_file(const std::string& path, std::string_view what,
                                       std::size_t max_bytes) {
  const std::string doing = fmt::format("read the {}", what);
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    const int reason = errno;
    Error error = io_error(doing, path, reason);
    if (reason == ENOENT) error.code = Errc::not_found;
    return error;
  }
  std::string text;
  char block[4096];
  while (file.read(block, sizeof(block)) || file.gcount() > 0) {
    text.append(block, static_cast<std::size_t>(file.gcount()));
    if (text.size() > max_bytes) {
      return Error{Errc::limit_exceeded,
                   fmt::format("{}: a {} has at most {} MiB", path, what, max_bytes >> 20)};
    }
  }
  if (file.bad()) return io_error(doing, path, errno);
  return text;
}

Result<boost::json::value> parse_document(std::string_view json, std::string_view name) {
  json = without_byte_order_mark(json);
  boost::json::stream_parser parser({}, lenient());
  boost::system::error_code failed;
  const std::size_t read = parser.write_some(json.data(), json.size(), failed);
  if (!failed && read < json.size()) failed = boost::json::error::extra_data;
  if (!failed) parser.finish(failed);
  if (!failed) return parser.release();
  const std::string_view before = json.substr(0, read);
  const auto line = std::ranges::count(before, '\n') + 1;
  const auto line_start = before.rfind('\n');
  const std::size_t column = line_start == std::string_view::npos ? read + 1 : read - line_start;
  return Error{Errc::invalid_input,
               fmt::format("{}, line {}, column {}: this is no valid JSON ({})", name, line, column,
                           failed.message())};
}

std::vector<std::string> repeated_keys(std::string_view json) {
  json = without_byte_order_mark(json);
  boost::json::basic_parser<KeyWatcher> parser(lenient());
  boost::system::error_code failed;
  parser.write_some(false, json.data(), json.size(), failed);
  return parser.handler().take();
}

std::string_view kind_in_words(const boost::json::value& value) {
  switch (value.kind()) {
    case boost::json::kind::null:
      return "null";
    case boost::json::kind::bool_:
      return "true or false";
    case boost::json::kind::int64:
    case boost::json::kind::uint64:
    case boost::json::kind::double_:
      return "a number";
    case boost::json::kind::string:
      return "a text";
    case boost::json::kind::array:
      return "a list";
    case boost::json::kind::object:
      return "an object";
  }
  return "something else";
}

boost::json::value plain_number(double number) {
  const auto whole = static_cast<std::int64_t>(number);
  if (static_cast<double>(whole) == number) return whole;
  return number;
}

std::string path_of(std::string_view path, std::string_view key) {
  const bool plain = !key.empty() && std::ranges::all_of(key, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
  const std::string step = plain ? std::string(key) : fmt::format("\"{}\"", key);
  return path.empty() ? step : fmt::format("{}.{}", path, step);
}

std::string path_of(std::string_view path, std::size_t index) {
  return fmt::format("{}[{}]", path, index);
}

}  // namespace csvm::recipe
