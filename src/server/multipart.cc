// multipart/form-data (RFC 7578, RFC 2046 section 5.1), pushed in and pulled out.
#include <algorithm>

#include "csvm/server.h"
#include "target.h"

namespace csvm::server {

namespace {

constexpr std::size_t max_header_bytes = 8 * 1024;
constexpr std::size_t max_boundary_bytes = 70;  // RFC 2046

enum class Where { preamble, after_delimiter, header, body, epilogue };

Error broken_form(std::string_view what) {
  return Error{Errc::invalid_input, "The form data is broken: " + std::string(what) + "."};
}

// The value of a parameter: name="value" with backslashes, or name=value; nullopt if missing.
std::optional<std::string> parameter(std::string_view header, std::string_view wanted) {
  auto rest = header.substr(std::min(header.find(';'), header.size()));
  while (rest.starts_with(';')) {
    rest.remove_prefix(1);
    const auto equals = rest.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const std::string_view name = trimmed(rest.substr(0, equals));
    rest = trimmed(rest.substr(equals + 1));
    std::string value;
    if (rest.starts_with('"')) {
      std::size_t i = 1;
      for (; i < rest.size() && rest[i] != '"'; ++i) {
        // Browsers escape a quote as %22 and leave backslashes of Windows paths as they are.
        const bool escaped =
            rest[i] == '\\' && i + 1 < rest.size() && (rest[i + 1] == '"' || rest[i + 1] == '\\');
        if (escaped) ++i;
        value += rest[i];
      }
      rest.remove_prefix(std::min(i + 1, rest.size()));
      rest = rest.substr(std::min(rest.find(';'), rest.size()));
    } else {
      const auto end = std::min(rest.find(';'), rest.size());
      value = trimmed(rest.substr(0, end));
      rest.remove_prefix(end);
    }
    if (equal_ignoring_case(name, wanted)) return value;
  }
  return std::nullopt;
}

}  // namespace

struct MultipartState {
  std::string delimiter;  // CR LF "--" boundary
  std::string buffer;     // what came and was not given out; the preamble begins with a CR LF
  std::size_t given = 0;  // bytes of `buffer` that were given out
  std::size_t max_parts = 0;
  std::size_t parts = 0;
  Where where = Where::preamble;

  std::string_view rest() const { return std::string_view(buffer).substr(given); }

  // How many bytes of `text` cannot be the beginning of a delimiter.
  std::size_t safe_length(std::string_view text) const {
    std::size_t tail = std::min(text.size(), delimiter.size() - 1);
    while (tail > 0 && !text.ends_with(std::string_view(delimiter).substr(0, tail))) --tail;
    return text.size() - tail;
  }

  Result<MultipartReader::Event> part_header(std::string_view header) const;
};

Result<MultipartReader::Event> MultipartState::part_header(std::string_view header) const {
  MultipartReader::Event event;
  event.what = MultipartReader::What::part;
  bool named = false;
  while (!header.empty()) {
    const auto end = std::min(header.find("\r\n"), header.size());
    const std::string_view line = header.substr(0, end);
    header.remove_prefix(std::min(end + 2, header.size()));
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return broken_form("a header of a part has no colon");
    const std::string_view name = trimmed(line.substr(0, colon));
    const std::string_view value = trimmed(line.substr(colon + 1));
    if (equal_ignoring_case(name, "Content-Disposition")) {
      const auto form = trimmed(value.substr(0, value.find(';')));
      auto field = parameter(value, "name");
      if (!equal_ignoring_case(form, "form-data") || !field)
        return broken_form("a part is no form-data with a name");
      event.name = std::move(*field);
      event.file_name = parameter(value, "filename");
      named = true;
    } else if (equal_ignoring_case(name, "Content-Type")) {
      event.content_type = value;
    }
  }
  if (!named) return broken_form("a part has no Content-Disposition");
  return event;
}

Result<MultipartReader> MultipartReader::make(std::string_view content_type,
                                              std::size_t max_parts) {
  const auto type = trimmed(content_type.substr(0, content_type.find(';')));
  const auto boundary = parameter(content_type, "boundary");
  if (!equal_ignoring_case(type, "multipart/form-data") || !boundary || boundary->empty() ||
      boundary->size() > max_boundary_bytes)
    return Error{Errc::invalid_input,
                 "The body has to be multipart/form-data with a boundary of 1 to 70 characters."};
  MultipartReader reader;
  reader.state_ = std::make_shared<MultipartState>();
  reader.state_->delimiter = "\r\n--" + *boundary;
  reader.state_->buffer = "\r\n";  // so that the first delimiter looks like the others
  reader.state_->max_parts = max_parts;
  return reader;
}

void MultipartReader::feed(std::string_view bytes) {
  auto& state = *state_;
  state.buffer.erase(0, state.given);
  state.given = 0;
  if (state.where != Where::epilogue) state.buffer += bytes;
}

Result<MultipartReader::Event> MultipartReader::next() {
  auto& state = *state_;
  while (true) {
    const std::string_view rest = state.rest();
    switch (state.where) {
      case Where::preamble: {
        const auto found = rest.find(state.delimiter);
        if (found == std::string_view::npos) {
          state.given += state.safe_length(rest);
          return Event{};
        }
        state.given += found + state.delimiter.size();
        state.where = Where::after_delimiter;
        break;
      }
      case Where::after_delimiter: {
        if (rest.starts_with("--")) {
          state.where = Where::epilogue;
          break;
        }
        // Blanks may stand before the end of the line.
        const auto line = std::min(rest.find_first_not_of(" \t"), rest.size());
        const std::string_view line_end = rest.substr(line, 2);
        if (line > max_header_bytes || !std::string_view("\r\n").starts_with(line_end)) {
          if (rest == "-") return Event{};
          return broken_form("a boundary is not followed by a line end");
        }
        if (line_end.size() < 2) return Event{};
        if (++state.parts > state.max_parts)
          return Error{Errc::limit_exceeded, "The form data has more than the " +
                                                 std::to_string(state.max_parts) +
                                                 " parts allowed."};
        // The line end stays: a header block without lines is then found as any other.
        state.given += line;
        state.where = Where::header;
        break;
      }
      case Where::header: {
        const auto end = rest.find("\r\n\r\n");
        constexpr std::size_t end_bytes = 4;
        if (std::min(end, rest.size() - std::min(rest.size(), end_bytes - 1)) > max_header_bytes)
          return Error{Errc::limit_exceeded, "The header of a part is too long."};
        if (end == std::string_view::npos) return Event{};
        Event event =
            CSVM_TRY(state.part_header(end == 0 ? rest.substr(0, 0) : rest.substr(2, end - 2)));
        state.given += end + end_bytes;
        state.where = Where::body;
        return event;
      }
      case Where::body: {
        const auto found = rest.find(state.delimiter);
        const std::size_t length =
            found == std::string_view::npos ? state.safe_length(rest) : found;
        if (length > 0) {
          Event event;
          event.what = What::data;
          event.data = rest.substr(0, length);
          state.given += length;
          return event;
        }
        if (found == std::string_view::npos) return Event{};
        state.given += state.delimiter.size();
        state.where = Where::after_delimiter;
        Event event;
        event.what = What::part_end;
        return event;
      }
      case Where::epilogue: {
        state.given = state.buffer.size();
        Event event;
        event.what = What::finished;
        return event;
      }
    }
  }
}

Result<void> MultipartReader::end() const {
  if (state_->where == Where::epilogue) return {};
  return broken_form("it ends before its last boundary");
}

}  // namespace csvm::server
