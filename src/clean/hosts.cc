#include "hosts.h"

#include <array>
#include <cstdint>
#include <unordered_map>

#include "ascii.h"
#include "byte_set.h"
#include "csvm/clean.h"
#include "data.h"
#include "host_ends.h"
#include "suffixes.h"

namespace csvm::clean {
namespace {

constexpr HostEnds::Flags shared = 1;       // it and all under it
constexpr HostEnds::Flags named_below = 2;  // it alone: its customers have names under it
constexpr HostEnds::Flags mail = 4;         // gives mailboxes to anybody

/// The domains of the data files: plain ones and families that stand for any public suffix
/// ("yahoo.*").
class KnownDomains {
 public:
  KnownDomains() {
    for_each_line(shared_hosts_text, [this](std::string_view line) {
      const bool below = line.starts_with("*.");
      add(below ? line.substr(2) : line, below ? named_below : shared);
    });
    for_each_line(free_mail_text, [this](std::string_view line) { add(line, mail); });
    ends_.freeze();
  }

  /// The flags of `host` itself, and `shared` if it lies under a shared one.
  HostEnds::Flags flags_of(std::string_view host) const {
    HostEnds::Flags found = 0;
    bool may_be_family = false;
    ends_.walk(host, [&](std::size_t start, HostEnds::Flags flags, bool) {
      may_be_family = may_be_family || is_family_start(host.substr(start));
      const bool below = (flags & named_below) != 0;
      if (start == 0) {
        found = flags != 0 ? static_cast<HostEnds::Flags>(flags | (below ? 0 : found)) : found;
      } else if (flags != 0) {
        found = below ? HostEnds::Flags{0} : static_cast<HostEnds::Flags>(flags & shared);
      }
      return true;
    });
    return may_be_family ? static_cast<HostEnds::Flags>(found | flags_of_family(host)) : found;
  }

 private:
  void add(std::string_view domain, HostEnds::Flags flags) {
    if (domain.ends_with(".*")) {
      domain.remove_suffix(2);
      families_[domain] |= flags;
      family_starts_[domain.size() % family_starts_.size()] |= bit(domain);
    } else {
      ends_.add(domain, flags);
    }
  }

  static std::uint64_t bit(std::string_view label) {
    return std::uint64_t{1} << (static_cast<unsigned char>(label.front()) % 64U);
  }

  /// `end` starts with a label as long as a family's name and with the same letter.
  bool is_family_start(std::string_view end) const {
    const std::size_t dot = end.find('.');
    return dot != std::string_view::npos && dot != 0 &&
           (family_starts_[dot % family_starts_.size()] & bit(end)) != 0;
  }

  HostEnds::Flags flags_of_family(std::string_view host) const {
    std::string_view own = registrable_domain(host);
    if (own.empty()) own = host;  // a family's member may be a public suffix (blogspot.com)
    const auto family = families_.find(own.substr(0, own.find('.')));
    if (family == families_.end()) return 0;
    return own.size() == host.size() ? family->second
                                     : static_cast<HostEnds::Flags>(family->second & shared);
  }

  HostEnds ends_;
  std::unordered_map<std::string_view, HostEnds::Flags> families_;
  std::array<std::uint64_t, 16> family_starts_{};  // [length]: first bytes of the families' names
};

HostEnds::Flags flags_of(std::string_view host) {
  static const KnownDomains domains;
  return domains.flags_of(host);
}

}  // namespace

std::string_view without_path(std::string_view value) {
  static constexpr ByteSet ends("/?#");
  return value.substr(0, ends.find(value));
}

bool is_ip_address(std::string_view value) {
  int numbers = 0;
  while (true) {
    const std::size_t dot = value.find('.');
    const std::string_view part = value.substr(0, dot);
    if (part.empty() || part.size() > 3) return false;
    int number = 0;
    for (const char c : part) {
      if (!is_digit(c)) return false;
      number = number * 10 + (c - '0');
    }
    if (number > 255) return false;
    ++numbers;
    if (dot == std::string_view::npos) return numbers == 4;
    value.remove_prefix(dot + 1);
  }
}

namespace {

// What a byte may be in a host.
constexpr std::uint8_t in_label = 1;
constexpr std::uint8_t letter = 2;  // anything but a digit: a last label has one
constexpr std::uint8_t hyphen = 4;
constexpr std::uint8_t dot = 8;

constexpr std::array<std::uint8_t, 256> host_bytes = [] {
  std::array<std::uint8_t, 256> table{};
  for (unsigned i = 0; i < table.size(); ++i) {
    const char c = static_cast<char>(i);
    if (is_digit(c)) table[i] = in_label;
    if (is_lower(c) || is_high(c) || c == '_') table[i] = in_label | letter;
    if (c == '-') table[i] = in_label | letter | hyphen;
    if (c == '.') table[i] = dot;
  }
  return table;
}();

}  // namespace

bool is_host(std::string_view value) {
  if (value.size() > 253) return false;
  std::uint8_t before = dot;
  std::uint8_t label = 0;  // what all bytes of the label are together
  std::size_t start = 0;   // of the label
  bool several = false;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const std::uint8_t kind = host_bytes[static_cast<unsigned char>(value[i])];
    if (kind == 0) return false;
    if (kind == dot) {
      if ((before & (dot | hyphen)) != 0 || i - start > 63) return false;
      several = true;
      label = 0;
      start = i + 1;
    } else {
      if ((kind & hyphen) != 0 && before == dot) return false;
      label |= kind;
    }
    before = kind;
  }
  const std::size_t last = value.size() - start;
  return several && (before & (dot | hyphen)) == 0 && (label & letter) != 0 && last >= 2 &&
         last <= 63;
}

std::string_view registrable_domain(std::string_view host) {
  host = without_path(host);
  if (!is_host(host)) return {};
  const std::string_view suffix = public_suffix(host);
  if (suffix.empty() || suffix.size() >= host.size()) return {};
  const std::size_t end = host.size() - suffix.size() - 1;  // the dot before the suffix
  const std::size_t dot = host.substr(0, end).rfind('.');
  return dot == std::string_view::npos ? host : host.substr(dot + 1);
}

bool is_shared_by_path(std::string_view host) {
  const HostEnds::Flags flags = flags_of(host);
  return (flags & (shared | named_below)) != 0 && (flags & mail) == 0;
}

bool is_shared_host(std::string_view host) { return flags_of(without_path(host)) != 0; }

bool is_free_mail_domain(std::string_view domain) { return (flags_of(domain) & mail) != 0; }

}  // namespace csvm::clean
