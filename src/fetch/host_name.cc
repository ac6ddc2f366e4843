#include "host_name.h"

#include <fmt/format.h>
#include <unicode/idna.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <memory>

namespace csvm::fetch {
namespace {

constexpr std::size_t max_host_bytes = 253;
constexpr std::size_t max_label_bytes = 63;

Error bad_host(std::string_view why) {
  return {Errc::invalid_input, fmt::format("the host of the URL is not valid: {}", why)};
}

const icu::IDNA* idna() {
  static const std::unique_ptr<icu::IDNA> converter = [] {
    UErrorCode failed = U_ZERO_ERROR;
    constexpr std::uint32_t options = UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ |
                                      UIDNA_NONTRANSITIONAL_TO_ASCII |
                                      UIDNA_NONTRANSITIONAL_TO_UNICODE;
    std::unique_ptr<icu::IDNA> made(icu::IDNA::createUTS46Instance(options, failed));
    return U_SUCCESS(failed) ? std::move(made) : nullptr;
  }();
  return converter.get();
}

// The name in its two forms; UTS 46 maps width, case and dots on the way.
Result<std::string> encode(std::string_view host) {
  if (idna() == nullptr) return Error{Errc::internal, "no table of international host names"};
  const auto unicode =
      icu::UnicodeString::fromUTF8({host.data(), static_cast<std::int32_t>(host.size())});
  icu::UnicodeString ascii;
  icu::UnicodeString readable;
  icu::IDNAInfo info;
  UErrorCode failed = U_ZERO_ERROR;
  idna()->nameToASCII(unicode, ascii, info, failed);
  if (U_FAILURE(failed) || info.hasErrors()) return bad_host("no international host name");
  icu::IDNAInfo readable_info;
  idna()->nameToUnicode(ascii, readable, readable_info, failed);
  if (U_FAILURE(failed) || readable_info.hasErrors()) {
    return bad_host("no international host name");
  }
  icu::UnicodeString lower(unicode);
  lower.toLower();
  if (readable != lower && ascii != lower) {
    return bad_host("a spelling that stands for another name; write that name");
  }
  std::string text;
  ascii.toUTF8String(text);
  return text;
}

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

Result<void> check_label(std::string_view label) {
  if (label.empty()) return bad_host("two dots in a row, or a dot at its start");
  if (label.size() > max_label_bytes) return bad_host("a part of more than 63 characters");
  if (label.front() == '-' || label.back() == '-')
    return bad_host("a part that begins or ends with '-'");
  if (!std::ranges::all_of(label, is_name_character)) {
    return bad_host("characters besides letters, digits, '-', '_' and dots");
  }
  return {};
}

}  // namespace

Result<std::string> ascii_host(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  if (host.empty()) return bad_host("it is empty");
  std::string text(host);
  const bool is_ascii = std::ranges::all_of(text, [](char c) { return (c & 0x80) == 0; });
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  if (!is_ascii || text.find("xn--") != std::string::npos) text = CSVM_TRY(encode(text));
  if (text.size() > max_host_bytes) return bad_host("longer than 253 characters");
  std::size_t start = 0;
  while (start <= text.size()) {
    const std::size_t dot = std::min(text.find('.', start), text.size());
    CSVM_CHECK(check_label(std::string_view(text).substr(start, dot - start)));
    start = dot + 1;
  }
  return text;
}

}  // namespace csvm::fetch
