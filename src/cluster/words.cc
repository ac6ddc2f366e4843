#include "words.h"

#include "csvm/text.h"

namespace csvm::cluster {
namespace {

enum LetterKind : std::uint8_t {
  word,
  space,
  comma,
  open,
  close,
  quote,
  bar,
  slash,
  dash,
  dot,
  drop,
  amp
};

constexpr std::array<std::uint8_t, 256> make_kinds() {
  std::array<std::uint8_t, 256> kinds{};
  for (std::size_t byte = 0; byte < 256; ++byte) {
    const bool letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
    const bool digit = byte >= '0' && byte <= '9';
    kinds[byte] = letter || digit || byte >= 0x80 ? word : space;
  }
  kinds[','] = kinds[';'] = comma;
  kinds['('] = kinds['['] = kinds['{'] = open;
  kinds[')'] = kinds[']'] = kinds['}'] = close;
  kinds['"'] = quote;
  kinds['|'] = bar;
  kinds['/'] = slash;
  kinds['-'] = dash;
  kinds['.'] = dot;
  kinds['\''] = kinds['`'] = drop;
  kinds['&'] = amp;
  return kinds;
}
constexpr auto kinds = make_kinds();

// The lower case of ASCII letters and digits; 0 for all other bytes.
constexpr std::array<char, 256> make_lowers() {
  std::array<char, 256> lowers{};
  for (std::size_t byte = 0; byte < 0x80; ++byte) {
    if (kinds[byte] != word) continue;
    lowers[byte] = static_cast<char>(byte >= 'A' && byte <= 'Z' ? byte + ('a' - 'A') : byte);
  }
  return lowers;
}
constexpr auto lowers = make_lowers();

char lower_of(char letter) { return lowers[static_cast<unsigned char>(letter)]; }

bool is_symbol(char32_t code_point) {
  return code_point >= 0x1F000 || (code_point >= 0x2000 && code_point < 0x2C00) ||
         (code_point >= 0x3000 && code_point < 0x3040) ||
         (code_point >= 0xFE00 && code_point < 0xFE10) || code_point == 0xFFFD ||
         (code_point >= 0x80 && code_point < 0xC0);
}

LetterKind kind_at(std::string_view text, std::size_t at) {
  return at < text.size() ? static_cast<LetterKind>(kinds[static_cast<unsigned char>(text[at])])
                          : space;
}

// A dot inside an abbreviation: at most three letters before it and, after it, one or two letters
// that end in another dot, or a single one.
bool joins(std::string_view text, std::size_t dot_at, std::size_t letters_before) {
  if (letters_before == 0 || letters_before > 3) return false;
  std::size_t after = 0;
  while (after < 3 && kind_at(text, dot_at + 1 + after) == word) ++after;
  if (after == 1) return true;
  return after == 2 && kind_at(text, dot_at + 3) == dot && letters_before <= 2;
}

std::uint8_t break_of(LetterKind kind, std::string_view text, std::size_t at) {
  switch (kind) {
    case comma:
      return break_comma;
    case open:
      return break_open;
    case close:
      return break_close;
    case quote:
      return break_quote;
    case bar:
      return break_bar;
    case slash:
      return break_slash;
    case dash:
      return at > 0 && kind_at(text, at - 1) == space && kind_at(text, at + 1) == space
                 ? break_bar
                 : break_hyphen;
    default:
      return break_space;
  }
}

}  // namespace

std::span<const Word> Words::of(std::string_view value) {
  std::string_view in = value;
  if (!text::is_ascii(value)) {  // ASCII is folded on the way
    folded_.clear();
    text::fold(value, folded_);
    in = folded_;
  }
  // A one-byte "&" becomes three letters and two blanks.
  if (text_.size() < 5 * in.size() + 8) text_.resize(5 * in.size() + 8);
  char* const out = text_.data();
  std::size_t length = 0;
  std::size_t count = 0;
  std::size_t word_begin = 0;
  std::size_t since_dot = 0;  // letters of the word since a dot was dropped in it
  bool in_word = false;
  std::uint8_t before = 0;

  const auto end_word = [&] {
    if (!in_word) return;
    words_[count++] = {{out + word_begin, length - word_begin}, before};
    out[length++] = ' ';
    in_word = false;
    before = 0;
  };
  const auto begin_word = [&] {
    if (in_word) return;
    in_word = true;
    word_begin = length;
    since_dot = 0;
  };
  const auto put = [&](char letter) {
    begin_word();
    out[length++] = letter;
    ++since_dot;
  };

  for (std::size_t at = 0; at < in.size() && count < max_words - 1; ++at) {
    if (lower_of(in[at]) != 0) {
      begin_word();
      const std::size_t from = at;
      do {
        out[length++] = lower_of(in[at++]);
      } while (at < in.size() && lower_of(in[at]) != 0);
      since_dot += at - from;
      if (at == in.size()) break;
    }
    const LetterKind kind = kind_at(in, at);
    if (kind == word) {
      std::size_t next = at;
      const char32_t code_point = text::next_code_point(in, next);
      if (code_point != text::not_a_character && is_symbol(code_point)) {
        end_word();
        before |= break_space;
      } else {
        for (std::size_t byte = at; byte < next; ++byte) put(in[byte]);
      }
      at = next - 1;
    } else if (kind == drop && in_word) {
      continue;
    } else if (kind == dot && in_word && joins(in, at, since_dot)) {
      since_dot = 0;
    } else if (kind == amp) {
      end_word();
      for (const char of_and : {'a', 'n', 'd'}) put(of_and);
      end_word();
    } else {
      end_word();
      before |= break_of(kind, in, at);
    }
  }
  if (count < max_words) end_word();
  return {words_.data(), count};
}

std::string_view plain_word(std::string_view value, std::span<char> out) {
  if (value.empty() || value.size() > out.size()) return {};
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char letter = lower_of(value[i]);
    if (letter == 0) return {};
    out[i] = letter;
  }
  return {out.data(), value.size()};
}

}  // namespace csvm::cluster
