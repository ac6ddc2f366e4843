#include "identifiers.h"

#include <algorithm>
#include <array>

#include "csvm/clean.h"
#include "csvm/text.h"
#include "dictionary.h"
#include "words.h"

namespace csvm::cluster {
namespace {

constexpr char lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

// Position of `needle` (lower case) in `text`, whatever the case of that.
std::size_t find_in(std::string_view text, std::string_view needle) {
  if (text.size() < needle.size()) return std::string_view::npos;
  for (std::size_t at = 0; at + needle.size() <= text.size(); ++at) {
    std::size_t same = 0;
    while (same < needle.size() && lower(text[at + same]) == needle[same]) ++same;
    if (same == needle.size()) return at;
  }
  return std::string_view::npos;
}

// The lower case of each byte; 0 for what ends a segment of a path.
constexpr std::array<char, 256> segment_bytes = [] {
  std::array<char, 256> bytes{};
  for (std::size_t byte = 0; byte < bytes.size(); ++byte)
    bytes[byte] = lower(static_cast<char>(byte));
  for (const char end : {'/', '?', '#', ' '}) bytes[static_cast<unsigned char>(end)] = 0;
  return bytes;
}();

// The path segment at the start of `text`, lower case, hashed with a salt that keeps kinds apart.
std::uint64_t segment_hash(std::string_view text, char salt) {
  std::array<char, 256> buffer;
  std::size_t length = 0;
  buffer[length++] = salt;
  for (const char letter : text) {
    const char kept = segment_bytes[static_cast<unsigned char>(letter)];
    if (kept == 0 && letter != 0) break;
    if (length == buffer.size()) return 0;
    buffer[length++] = kept;
  }
  return length <= 1 ? 0 : hash_of({buffer.data(), length});
}

std::uint64_t profile(std::string_view url, std::string_view kind, char salt) {
  // As cleaning leaves it, or anyhow.
  constexpr std::string_view clean_start = "https://www.linkedin.com/";
  std::string_view path = url;
  if (url.starts_with(clean_start)) {
    path.remove_prefix(clean_start.size());
  } else {
    const std::size_t host = find_in(url, "linkedin.com/");
    if (host == std::string_view::npos) return 0;
    path.remove_prefix(host + 13);
  }
  if (path.size() < kind.size() || find_in(path.substr(0, kind.size()), kind) != 0) return 0;
  return segment_hash(path.substr(kind.size()), salt);
}

// "gmail", "googlemail": dots in the local part do not matter there.
bool ignores_dots(std::string_view domain) {
  return domain == "gmail.com" || domain == "googlemail.com";
}

using Bytes = std::array<bool, 256>;
constexpr Bytes bytes_of(std::string_view text) {
  Bytes bytes{};
  for (const char letter : text) bytes[static_cast<unsigned char>(letter)] = true;
  return bytes;
}

// As `find_first_of`, which calls memchr for each letter.
std::size_t find_any(std::string_view text, const Bytes& bytes) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (bytes[static_cast<unsigned char>(text[at])]) return at;
  }
  return std::string_view::npos;
}

// What an address cannot hold, so that it ends or begins there.
constexpr Bytes mailbox_ends = [] {
  Bytes bytes = bytes_of(",;<>:|\"/()");
  for (std::size_t byte = 0; byte <= ' '; ++byte) bytes[byte] = true;
  return bytes;
}();
constexpr Bytes part_ends = bytes_of(".-_");
constexpr Bytes path_ends = bytes_of("?#");
constexpr Bytes host_ends = bytes_of("/: ");

void append_lower(std::string_view text, std::string& out) {
  const std::size_t start = out.size();
  out.resize(start + text.size());
  for (std::size_t i = 0; i < text.size(); ++i) out[start + i] = lower(text[i]);
}

constexpr std::array<std::string_view, 10> no_sites = {
    "example.com", "example.org", "example.net", "test.com",  "domain.com",
    "none.com",    "na.com",      "unknown.com", "email.com", "website.com"};

}  // namespace

std::uint64_t person_profile(std::string_view url) {
  const std::uint64_t found = profile(url, "in/", 'p');
  return found != 0 ? found : profile(url, "pub/", 'p');
}

std::uint64_t company_profile(std::string_view url) {
  url = trimmed(url);
  if (url.empty()) return 0;
  for (const std::string_view kind : {"company/", "school/", "showcase/"}) {
    if (const std::uint64_t found = profile(url, kind, 'c')) return found;
  }
  if (url.find_first_of("/. ") != std::string_view::npos) return 0;
  return segment_hash(url, 'c');  // a bare handle
}

Mailbox mailbox(std::string_view text, std::string& scratch, const KnownHost& known) {
  Mailbox box;
  text = trimmed(text);
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos || at == 0) return box;
  std::size_t begin = at;
  const auto ends = [](char letter) { return mailbox_ends[static_cast<unsigned char>(letter)]; };
  while (begin > 0 && !ends(text[begin - 1])) --begin;
  std::size_t end = at + 1;
  while (end < text.size() && !ends(text[end]) && text[end] != '@') ++end;
  while (end > at + 1 && text[end - 1] == '.') --end;
  if (begin == at || text.substr(at + 1, end - at - 1).find('.') == std::string_view::npos) {
    return box;
  }
  // scratch = "local" + "domain"; the tag behind a plus sign is dropped.
  scratch.clear();
  append_lower(text.substr(begin, std::min(at, text.find('+', begin)) - begin), scratch);
  std::size_t local_size = scratch.size();
  if (local_size == 0) return box;
  append_lower(text.substr(at, end - at), scratch);
  std::string_view domain = std::string_view(scratch).substr(local_size + 1);
  const bool is_known = domain == known.host;
  if (!is_known && std::ranges::find(no_sites, domain) != no_sites.end()) return box;
  box.free = !is_known && clean::is_free_mail_domain(domain);
  if (ignores_dots(domain)) {
    const auto dots =
        std::remove(scratch.begin(), scratch.begin() + static_cast<long>(local_size), '.');
    const std::size_t kept = static_cast<std::size_t>(dots - scratch.begin());
    scratch.erase(kept, local_size - kept);
    local_size = kept;
    domain = std::string_view(scratch).substr(local_size + 1);
  }
  const std::string_view local = std::string_view(scratch).substr(0, local_size);
  box.address = hash_of(scratch);
  box.local = hash_of(local);
  box.role = (Dictionary::get().find(box.local).meaning & is_role_mailbox) != 0;
  if (!box.role) {  // "no-reply", "sales.uk", "info-berlin"
    const std::size_t cut = find_any(local, part_ends);
    if (cut != std::string_view::npos) {
      const std::string_view head = local.substr(0, cut);
      box.role = head == "no" || head == "do" || head == "info" || head == "sales" ||
                 head == "support" || head == "contact" || head == "office" || head == "customer";
    }
  }
  if (is_known) {
    box.domain = known.id;
  } else if (!box.free) {
    const std::string_view registered = clean::registrable_domain(domain);
    box.domain = hash_of(registered.empty() ? domain : registered);
  }
  return box;
}

bool may_be_free_mail(std::string_view text) {
  static constexpr Bytes plain_bytes = bytes_of("abcdefghijklmnopqrstuvwxyz0123456789.-");
  const std::string_view domain = text.substr(text.find('@') + 1);
  const bool plain = !domain.ends_with('.') && std::ranges::all_of(domain, [](char letter) {
    return plain_bytes[static_cast<unsigned char>(letter)];
  });
  return !plain || clean::is_free_mail_domain(domain);
}

Site site(std::string_view given, std::string& scratch) {
  Site found;
  std::string_view value = trimmed(given);
  if (value.empty()) return found;
  if (const std::size_t scheme = value.find("://"); scheme != std::string_view::npos) {
    value.remove_prefix(scheme + 3);
  }
  scratch.clear();
  append_lower(value.substr(0, find_any(value, path_ends)), scratch);
  const std::string_view whole = scratch;
  std::string_view host = whole.substr(0, find_any(whole, host_ends));
  std::string_view path = whole.substr(host.size());
  if (host.starts_with("www.")) host.remove_prefix(4);
  while (host.ends_with('.')) host.remove_suffix(1);
  if (host.find('.') == std::string_view::npos) return found;
  if (std::ranges::find(no_sites, host) != no_sites.end()) return found;
  if (clean::is_free_mail_domain(host)) return found;
  std::string_view registered = clean::registrable_domain(host);
  if (registered.empty() && !clean::is_shared_host(given)) {
    registered = clean::registrable_domain(given);
  }
  if (clean::is_shared_host(host) || (!registered.empty() && registered.size() < host.size() &&
                                      clean::is_shared_host(registered))) {
    // The page's own part: the subdomain, or the last word of the path.
    if (!registered.empty() && host.size() > registered.size() + 1) {
      const std::string_view sub = host.substr(0, host.size() - registered.size() - 1);
      const bool plain = sub == "m" || sub == "sites" || sub == "en" || sub == "web" ||
                         sub == "business" || sub == "docs" || sub == "plus" || sub.size() == 2;
      if (!plain) {
        found.id = hash_of(host);
        return found;
      }
    }
    while (path.ends_with('/')) path.remove_suffix(1);
    const std::size_t last = path.rfind('/');
    if (last == std::string_view::npos || path.size() - last < 3) return found;
    const std::string_view page = path.substr(last + 1);
    if (page == "home" || page == "about" || page == "profile.php") return found;
    found.id = hash_of(page) ^ hash_of(registered.empty() ? host : registered);
    return found;
  }
  // Shops and sites below a public suffix of a platform are their own registered domain already.
  const std::string_view own = registered.empty() ? host : registered;
  if (std::ranges::find(no_sites, own) != no_sites.end()) return found;
  found.id = hash_of(own);
  found.label = own.substr(0, own.find('.'));
  return found;
}

std::uint64_t phone_number(std::string_view text) {
  std::array<char, 32> digits;
  std::size_t count = 0;
  for (const char letter : text) {
    if ((letter == 'e' || letter == 'E' || letter == 'x' || letter == 'X' || letter == '#') &&
        count >= 7) {
      break;  // an extension
    }
    if (letter == ',' || letter == ';') {
      if (count >= 7) break;
      continue;
    }
    if (is_digit(letter) && count < digits.size()) digits[count++] = letter;
  }
  if (count < 7) return 0;
  const std::size_t from = count > 9 ? count - 9 : 0;
  std::uint64_t number = 0;
  bool varied = false;
  for (std::size_t i = from; i < count; ++i) {
    number = number * 10 + static_cast<std::uint64_t>(digits[i] - '0');
    varied = varied || digits[i] != digits[from];
  }
  return varied ? number + 1 : 0;
}

}  // namespace csvm::cluster
