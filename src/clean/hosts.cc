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

/// Domains of a data file: plain ones, those that stand for any public suffix ("yahoo.*") and
/// those whose customers have a name under them ("*.wordpress.com").
class DomainSet {
 public:
  explicit DomainSet(std::string_view text) {
    for_each_line(text, [this](std::string_view line) {
      HostEnds::Flags flags = entry;
      if (line.starts_with("*.")) {
        line.remove_prefix(2);
        flags = named_below;
      }
      if (line.ends_with(".*")) {
        families_.emplace(line.substr(0, line.size() - 2), flags);
      } else {
        ends_.add(line, flags);
      }
    });
    ends_.freeze();
  }

  /// `host` itself is an entry.
  bool holds(std::string_view host) const { return flags_of(host, false) != 0; }

  /// `host` is an entry or lies under one, but for names of their own.
  bool holds_or_covers(std::string_view host) const { return flags_of(host, true) != 0; }

 private:
  static constexpr HostEnds::Flags entry = 1;
  static constexpr HostEnds::Flags named_below = 2;

  /// The flags of the entry that is `host` or, if `covered`, of a plain one that covers it.
  HostEnds::Flags flags_of(std::string_view host, bool covered) const {
    HostEnds::Flags found = 0;
    ends_.walk(host, [&](std::size_t start, HostEnds::Flags flags, bool) {
      if (start == 0) {
        if (flags != 0) found = flags;
      } else if (flags != 0) {
        found = covered && flags == entry ? entry : HostEnds::Flags{0};
      }
      return true;
    });
    if (found != 0) return found;
    std::string_view own = registrable_domain(host);
    if (own.empty()) own = host;  // a family's member may be a public suffix (blogspot.com)
    if (own.size() != host.size() && !covered) return 0;
    if (own.find('.') == std::string_view::npos) return 0;
    const auto family = families_.find(own.substr(0, own.find('.')));
    if (family == families_.end()) return 0;
    return own.size() == host.size() || family->second == entry ? family->second
                                                                : HostEnds::Flags{0};
  }

  HostEnds ends_;
  std::unordered_map<std::string_view, HostEnds::Flags> families_;
};

const DomainSet& shared_hosts() {
  static const DomainSet set(shared_hosts_text);
  return set;
}

const DomainSet& free_mail_domains() {
  static const DomainSet set(free_mail_text);
  return set;
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
  return is_shared_host(host) && !free_mail_domains().holds(host);
}

bool is_shared_host(std::string_view host) {
  host = without_path(host);
  return shared_hosts().holds_or_covers(host) || is_free_mail_domain(host);
}

bool is_free_mail_domain(std::string_view domain) { return free_mail_domains().holds(domain); }

}  // namespace csvm::clean
