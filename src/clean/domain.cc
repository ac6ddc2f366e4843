#include "domain.h"

#include <unicode/idna.h>

#include <algorithm>
#include <iterator>
#include <memory>

#include "ascii.h"
#include "byte_set.h"
#include "csvm/clean.h"
#include "csvm/text.h"
#include "hosts.h"
#include "links.h"
#include "suffixes.h"

namespace csvm::clean {
namespace {

constexpr ByteSet scheme_ends(":/.@ ");
constexpr ByteSet host_ends("/?#\\");
constexpr std::size_t longest_value = 2048;  // bytes; a longer one is no address

/// Cuts schemes off the start, also the misspelled and doubled ones that people leave. True if any.
bool cut_scheme(std::string_view& value) {
  bool any = false;
  while (true) {
    const std::size_t letters = scheme_ends.find(value);
    const std::string_view name = value.substr(0, letters);
    std::string_view rest = value.substr(letters);
    const bool colon = rest.starts_with(":");
    if (colon) rest.remove_prefix(1);
    const std::size_t slashes = std::min(rest.find_first_not_of('/'), rest.size());
    const bool web = equals_any_case(name, "http") || equals_any_case(name, "https") ||
                     equals_any_case(name, "ftp");
    bool word = !name.empty();
    for (const char c : name) word = word && is_letter(c);
    // "http:acme.com", "https//acme.com", "//acme.com", "xyz://acme.com".
    const bool scheme = (web && (colon || slashes >= 2)) || (word && colon && slashes >= 2) ||
                        (name.empty() && !colon && slashes >= 2);
    if (!scheme) return any;
    any = true;
    value = rest.substr(slashes);
  }
}

/// UTS 46 is stateless: any thread may use the one instance.
const icu::IDNA& idna() {
  static const std::unique_ptr<icu::IDNA> instance = [] {
    UErrorCode status = U_ZERO_ERROR;
    return std::unique_ptr<icu::IDNA>(icu::IDNA::createUTS46Instance(
        UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_NONTRANSITIONAL_TO_UNICODE | UIDNA_CHECK_BIDI |
            UIDNA_CHECK_CONTEXTJ,
        status));
  }();
  return *instance;
}

/// `host` with its punycode labels readable and its letters in lower case, if it goes there and
/// back again; empty if not.
std::string readable_host(std::string_view host) {
  UErrorCode status = U_ZERO_ERROR;
  icu::IDNAInfo info;
  std::string readable;
  icu::StringByteSink<std::string> readable_sink(&readable);
  idna().nameToUnicodeUTF8(host, readable_sink, info, status);
  if (U_FAILURE(status) != 0 || info.hasErrors()) return {};

  std::string ascii;
  icu::StringByteSink<std::string> ascii_sink(&ascii);
  icu::IDNAInfo back_info;
  idna().nameToASCII_UTF8(readable, ascii_sink, back_info, status);
  if (U_FAILURE(status) != 0 || back_info.hasErrors()) return {};
  // A host that came as ASCII must come back the same.
  if (text::is_ascii(host) && ascii != host) return {};
  return readable;
}

/// Cuts `:8080` off. False if what stands behind the colon is no port.
bool cut_port(std::string_view& host) {
  const std::size_t colon = host.find(':');
  if (colon == std::string_view::npos) return true;
  for (const char c : host.substr(colon + 1)) {
    if (!is_digit(c)) return false;
  }
  host = host.substr(0, colon);
  return true;
}

void cut_prefixes(std::string_view& host, const std::vector<std::string>& prefixes) {
  for (bool again = true; again;) {
    again = false;
    for (const std::string& prefix : prefixes) {
      if (prefix.empty() || host.empty() || host.front() != prefix.front() ||
          !host.starts_with(prefix)) {
        continue;
      }
      const std::string_view rest = host.substr(prefix.size());
      if (registrable_domain(rest).empty()) continue;
      host = rest;
      again = true;
    }
  }
}

bool is_url_part(std::string_view suffix) {
  return !suffix.empty() && (suffix[0] == '/' || suffix[0] == '?' || suffix[0] == '#');
}

void cut_suffixes(std::string_view& host, const std::vector<std::string>& suffixes) {
  for (bool again = true; again;) {
    again = false;
    for (const std::string& suffix : suffixes) {
      if (suffix.empty() || is_url_part(suffix) || !host.ends_with(suffix)) continue;
      const std::string_view rest = host.substr(0, host.size() - suffix.size());
      if (!is_host(rest)) continue;
      host = rest;
      again = true;
    }
  }
}

/// True when every key of a query ("ref=x&utm_source=y") only tells how the visitor came.
bool is_tracking(std::string_view query) {
  static constexpr std::string_view trackers[] = {
      "ref",  "fref", "refid",  "fbclid", "gclid", "igshid", "igsh",   "mibextid", "trk",
      "_rdr", "src",  "source", "hl",     "lang",  "locale", "si",     "share",    "feature",
      "s",    "t",    "_rdc",   "__tn__", "sk",    "lipi",   "mc_cid", "mc_eid",   "rdid"};
  while (!query.empty()) {
    const std::size_t end = std::min(query.size(), query.find('&'));
    const std::string_view key = query.substr(0, std::min(end, query.find('=')));
    const bool tracker =
        key.empty() || key.starts_with("utm_") ||
        std::find(std::begin(trackers), std::end(trackers), key) != std::end(trackers);
    if (!tracker) return false;
    query.remove_prefix(std::min(query.size(), end + 1));
  }
  return true;
}

/// What tells a page on a shared host: its path, and its query if that says more than where a
/// visitor came from.
std::string_view page_of(std::string_view tail) {
  tail = tail.substr(0, tail.find('#'));
  const std::size_t mark = std::min(tail.size(), tail.find('?'));
  if (mark < tail.size() && !is_tracking(tail.substr(mark + 1))) return tail;
  std::string_view path = tail.substr(0, mark);
  while (!path.empty() && path.back() == '/') path.remove_suffix(1);
  return path;
}

}  // namespace

bool is_clean_domain(std::string_view value, const std::array<bool, 256>& prefix_starts) {
  if (value.empty() || prefix_starts[static_cast<unsigned char>(value.front())]) return false;
  if (!is_alnum(value.front()) || !is_alnum(value.back())) return false;
  bool dot = false;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    if (is_lower(c) || is_digit(c)) continue;
    // Two hyphens may start punycode.
    if (c == '-' && value[i - 1] != '-') continue;
    if (c != '.' || value[i - 1] == '.') return false;
    dot = true;
  }
  return dot;
}

std::string_view clean_domain(std::string_view value, const HostAffixes& affixes,
                              std::string& out) {
  if (value.size() > longest_value) return value;
  std::string_view rest = trimmed(link_target(value), " ,;\"'");
  if (starts_with_any_case(rest, "mailto:")) rest.remove_prefix(7);
  const bool url = cut_scheme(rest);

  const std::size_t end = host_ends.find(rest);
  std::string_view host = rest.substr(0, end);
  const std::string_view tail = rest.substr(end);
  // Whatever stands before an "@" is a user or a mailbox.
  host = host.substr(host.rfind('@') + 1);
  if (!cut_port(host)) return value;
  host = trimmed(host, ".");

  out.clear();
  append_lower(host, out);
  if (!text::is_ascii(host) || out.find("--") != std::string::npos) {
    std::string readable = readable_host(out);
    if (!readable.empty()) out = std::move(readable);
  }
  std::string_view clean = out;
  if (url && is_ip_address(clean)) return out;
  if (!is_host(clean)) return value;
  // A name with a dot in it ("Node.js") is no host unless it was written as one.
  const bool named_as_host = url || clean.starts_with("www.");
  if (!named_as_host && !is_top_level_domain(clean.substr(clean.rfind('.') + 1))) return value;
  cut_prefixes(clean, affixes.prefixes);
  cut_suffixes(clean, affixes.suffixes);
  out.resize(static_cast<std::size_t>(clean.data() - out.data()) + clean.size());
  out.erase(0, out.size() - clean.size());
  const std::string_view page = page_of(tail);
  if (!page.empty() && is_shared_by_path(out)) out += page;
  return out;
}

}  // namespace csvm::clean
