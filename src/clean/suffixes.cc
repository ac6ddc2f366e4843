// The list's rules in a table of host ends: two probes for "acme.com".
//
// libpsl answers for hosts in punycode, and for all of them if the list was not there when the
// program was built (it needs ten times as long). Tests compare with it.
#include "suffixes.h"

#include <libpsl.h>

#include <string>

#include "data.h"
#include "host_ends.h"

namespace csvm::clean {
namespace {

constexpr HostEnds::Flags rule = 1;       // "co.uk"
constexpr HostEnds::Flags wildcard = 2;   // "*.ck": any label before this one
constexpr HostEnds::Flags exception = 4;  // "!www.ck": no suffix, though a wildcard says so

const HostEnds& rules() {
  static const HostEnds table = [] {
    HostEnds ends;
    for_each_line(suffix_rules_text, [&ends](std::string_view line) {
      if (line.starts_with("!")) {
        ends.add(line.substr(1), exception);
      } else if (line.starts_with("*.")) {
        ends.add(line.substr(2), wildcard);
      } else {
        ends.add(line, rule);
      }
    });
    if (!ends.empty()) ends.freeze();
    return ends;
  }();
  return table;
}

bool has_punycode(std::string_view host) {
  for (std::size_t at = host.find("--"); at != std::string_view::npos;
       at = host.find("--", at + 1)) {
    if (at >= 2 && host.substr(at - 2, 2) == "xn") return true;
  }
  return false;
}

std::string_view suffix_by_libpsl(std::string_view host) {
  const std::string owned(host);
  const char* domain = psl_unregistrable_domain(psl_builtin(), owned.c_str());
  return domain == nullptr ? std::string_view()
                           : host.substr(static_cast<std::size_t>(domain - owned.c_str()));
}

}  // namespace

std::string_view public_suffix(std::string_view host) {
  const HostEnds& table = rules();
  if (table.empty() || has_punycode(host)) return suffix_by_libpsl(host);

  std::size_t best = host.size();  // where the suffix starts
  bool wild = false;               // a wildcard covers the next label
  table.walk(host, [&](std::size_t start, HostEnds::Flags flags, bool) {
    if ((flags & exception) != 0) {
      best = host.find('.', start) + 1;
      return false;
    }
    if (wild || (flags & rule) != 0 || best == host.size()) best = start;
    wild = (flags & wildcard) != 0;
    return true;
  });
  return host.substr(best);
}

bool is_top_level_domain(std::string_view label) {
  // Set aside for documents and tests (RFC 2606); no list of real suffixes has them.
  for (const std::string_view reserved : {"example", "test", "invalid", "localhost"}) {
    if (label == reserved) return true;
  }
  const HostEnds& table = rules();
  if (table.empty() || label.starts_with("xn--")) {
    return psl_is_public_suffix2(psl_builtin(), std::string(label).c_str(),
                                 PSL_TYPE_ANY | PSL_TYPE_NO_STAR_RULE) != 0;
  }
  bool found = false;
  table.walk(label, [&found](std::size_t, HostEnds::Flags, bool known) {
    found = known;
    return false;
  });
  return found;
}

}  // namespace csvm::clean
