#include "decoder.h"

#include <unicode/ucnv.h>
#include <unicode/ucnv_err.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace csvm::bytes {
namespace {

constexpr char not_utf8 = '\xff';

class Utf16Decoder : public Decoder {
 public:
  explicit Utf16Decoder(bool big_endian) : high_(big_endian ? 0 : 1) {}

  std::size_t decode(std::string_view input, bool last, std::string& out) override {
    std::size_t at = 0;
    while (at < input.size()) {
      // ASCII, the common case, without a call.
      if (at + 1 < input.size()) {
        const char32_t unit = unit_at(input, at);
        if (unit < 0x80) {
          out.push_back(static_cast<char>(unit));
          at += 2;
          continue;
        }
      }
      const std::size_t taken = decode_one(input.substr(at), last, out);
      if (taken == 0) break;
      at += taken;
    }
    return at;
  }

  std::size_t decode_one(std::string_view input, bool last, std::string& out) override {
    if (input.size() < 2) {
      if (!last || input.empty()) return 0;
      out.push_back(not_utf8);
      return input.size();
    }
    const char32_t unit = unit_at(input, 0);
    if (unit >= 0xd800 && unit < 0xdc00) {
      if (input.size() < 4 && !last) return 0;
      if (input.size() >= 4) {
        const char32_t next = unit_at(input, 2);
        if (next >= 0xdc00 && next < 0xe000) {
          append_utf8(out, 0x10000 + ((unit - 0xd800) << 10) + (next - 0xdc00));
          return 4;
        }
      }
    }
    append_utf8(out, unit);
    return 2;
  }

 private:
  char32_t unit_at(std::string_view input, std::size_t at) const {
    const auto high = static_cast<unsigned char>(input[at + high_]);
    const auto low = static_cast<unsigned char>(input[at + 1 - high_]);
    return static_cast<char32_t>(high << 8 | low);
  }

  std::size_t high_;  // where the high byte of a unit stands
};

class Utf32Decoder : public Decoder {
 public:
  explicit Utf32Decoder(bool big_endian) : big_endian_(big_endian) {}

  std::size_t decode(std::string_view input, bool last, std::string& out) override {
    std::size_t at = 0;
    while (const std::size_t taken = decode_one(input.substr(at), last, out)) at += taken;
    return at;
  }

  std::size_t decode_one(std::string_view input, bool last, std::string& out) override {
    if (input.size() < 4) {
      if (!last || input.empty()) return 0;
      out.push_back(not_utf8);
      return input.size();
    }
    char32_t point = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      point = point << 8 | static_cast<unsigned char>(input[big_endian_ ? i : 3 - i]);
    }
    append_utf8(out, point);
    return 4;
  }

 private:
  bool big_endian_;
};

class Utf8Decoder : public Decoder {
 public:
  std::size_t decode(std::string_view input, bool, std::string& out) override {
    out.append(input);
    return input.size();
  }
  std::size_t decode_one(std::string_view input, bool, std::string& out) override {
    if (input.empty()) return 0;
    out.push_back(input.front());
    return 1;
  }
};

struct CloseConverter {
  void operator()(UConverter* converter) const { ucnv_close(converter); }
};
using Converter = std::unique_ptr<UConverter, CloseConverter>;

Converter open_converter(const std::string& encoding) {
  UErrorCode code = U_ZERO_ERROR;
  Converter converter(ucnv_open(encoding.c_str(), &code));
  if (U_FAILURE(code)) return nullptr;
  ucnv_setToUCallBack(converter.get(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &code);
  if (U_FAILURE(code)) return nullptr;
  return converter;
}

// One byte, one character: a table made once.
class TableDecoder : public Decoder {
 public:
  explicit TableDecoder(UConverter* converter) {
    for (std::size_t i = 0; i < 256; ++i) {
      const char byte = static_cast<char>(i);
      const char* at = &byte;
      UErrorCode code = U_ZERO_ERROR;
      ucnv_resetToUnicode(converter);
      const UChar32 point = ucnv_getNextUChar(converter, &at, &byte + 1, &code);
      std::string text;
      if (U_FAILURE(code)) {
        text.push_back(not_utf8);
      } else {
        append_utf8(text, static_cast<char32_t>(point));
      }
      Entry& entry = entries_[i];
      entry.bytes = static_cast<std::uint8_t>(text.size());
      std::memcpy(entry.text.data(), text.data(), text.size());
    }
  }

  std::size_t decode(std::string_view input, bool, std::string& out) override {
    const std::size_t before = out.size();
    out.resize(before + input.size() * 3 + 4);
    char* to = out.data() + before;
    for (const char c : input) {
      const Entry& entry = entries_[static_cast<unsigned char>(c)];
      std::memcpy(to, entry.text.data(), 4);
      to += entry.bytes;
    }
    out.resize(static_cast<std::size_t>(to - out.data()));
    return input.size();
  }

  std::size_t decode_one(std::string_view input, bool, std::string& out) override {
    if (input.empty()) return 0;
    return decode(input.substr(0, 1), true, out);
  }

 private:
  struct Entry {
    std::array<char, 4> text{};
    std::uint8_t bytes = 0;  // at most 3: no such encoding reaches beyond U+FFFF
  };
  std::array<Entry, 256> entries_;
};

class IcuDecoder : public Decoder {
 public:
  explicit IcuDecoder(Converter converter) : converter_(std::move(converter)) {}

  std::size_t decode(std::string_view input, bool last, std::string& out) override {
    const char* from = input.data();
    const char* const end = from + input.size();
    for (;;) {
      UErrorCode code = U_ZERO_ERROR;
      char16_t* to = units_.data();
      ucnv_toUnicode(converter_.get(), &to, units_.data() + units_.size(), &from, end, nullptr,
                     last ? 1 : 0, &code);
      append_units(to, out);
      if (code == U_BUFFER_OVERFLOW_ERROR) continue;
      if (U_SUCCESS(code)) break;
      out.push_back(not_utf8);
      if (from == end) break;
    }
    return input.size();  // the converter keeps an unfinished character itself
  }

  std::size_t decode_one(std::string_view input, bool last, std::string& out) override {
    // A character has at most four bytes (GB18030); give the converter one more at a time.
    for (std::size_t bytes = 1; bytes <= std::min<std::size_t>(4, input.size()); ++bytes) {
      ucnv_resetToUnicode(converter_.get());
      const char* from = input.data();
      UErrorCode code = U_ZERO_ERROR;
      const UChar32 point = ucnv_getNextUChar(converter_.get(), &from, input.data() + bytes, &code);
      if (code == U_TRUNCATED_CHAR_FOUND && bytes < 4 && bytes < input.size()) continue;
      if (code == U_TRUNCATED_CHAR_FOUND && !last && bytes == input.size()) return 0;
      if (U_FAILURE(code)) {
        out.push_back(not_utf8);
      } else {
        append_utf8(out, static_cast<char32_t>(point));
      }
      return std::max<std::size_t>(1, static_cast<std::size_t>(from - input.data()));
    }
    return 0;
  }

 private:
  void append_units(const char16_t* end, std::string& out) {
    for (const char16_t* unit = units_.data(); unit != end; ++unit) {
      if (*unit < 0x80) {
        out.push_back(static_cast<char>(*unit));
      } else if (*unit >= 0xd800 && *unit < 0xdc00) {
        high_surrogate_ = *unit;
      } else if (*unit >= 0xdc00 && *unit < 0xe000) {
        append_utf8(out, 0x10000 + ((char32_t{high_surrogate_} - 0xd800) << 10) +
                             (char32_t{*unit} - 0xdc00));
      } else {
        append_utf8(out, *unit);
      }
    }
  }

  Converter converter_;
  std::array<char16_t, 8192> units_;
  char16_t high_surrogate_ = 0xd800;
};

}  // namespace

void append_utf8(std::string& out, char32_t point) {
  const auto push = [&](char32_t byte) { out.push_back(static_cast<char>(byte)); };
  const auto push_rest = [&](int shift) { push(0x80 | (point >> shift & 0x3f)); };
  if (point < 0x80) {
    push(point);
  } else if (point < 0x800) {
    push(0xc0 | point >> 6);
    push_rest(0);
  } else if (point >= 0xd800 && point < 0xe000) {
    push(0xff);
  } else if (point < 0x10000) {
    push(0xe0 | point >> 12);
    push_rest(6);
    push_rest(0);
  } else if (point < 0x110000) {
    push(0xf0 | point >> 18);
    push_rest(12);
    push_rest(6);
    push_rest(0);
  } else {
    push(0xff);
  }
}

std::unique_ptr<Decoder> make_decoder(const std::string& encoding) {
  if (encoding == "utf-8") return std::make_unique<Utf8Decoder>();
  if (encoding == "utf-16le") return std::make_unique<Utf16Decoder>(false);
  if (encoding == "utf-16be") return std::make_unique<Utf16Decoder>(true);
  if (encoding == "utf-32le") return std::make_unique<Utf32Decoder>(false);
  if (encoding == "utf-32be") return std::make_unique<Utf32Decoder>(true);
  Converter converter = open_converter(encoding);
  if (!converter) return nullptr;
  if (ucnv_getType(converter.get()) == UCNV_SBCS || ucnv_getType(converter.get()) == UCNV_LATIN_1 ||
      (ucnv_getMaxCharSize(converter.get()) == 1 && ucnv_getMinCharSize(converter.get()) == 1)) {
    return std::make_unique<TableDecoder>(converter.get());
  }
  return std::make_unique<IcuDecoder>(std::move(converter));
}

}  // namespace csvm::bytes
