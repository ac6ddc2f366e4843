// A hash table of the list's rules and of every end of a rule, so that a host is looked up label by
// label from its end until a label is met that no rule goes on with: two probes for "acme.com".
//
// libpsl answers for hosts in punycode, and for all of them if the list was not there when the
// program was built (it needs five times as long). Tests compare with it.
#include "suffixes.h"

#include <libpsl.h>

#include <cstdint>
#include <string>
#include <vector>

#include "data.h"

namespace csvm::clean {
namespace {

constexpr std::uint8_t rule = 1;       // "co.uk"
constexpr std::uint8_t wildcard = 2;   // "*.ck": any label before this one
constexpr std::uint8_t exception = 4;  // "!www.ck": no suffix, though a wildcard says so

/// Extends the hash of a host's end by the byte before it.
std::uint64_t step(std::uint64_t hash, char byte) {
  return (hash ^ static_cast<unsigned char>(byte)) * 0x9FB21C651E98DF25U;
}
constexpr std::uint64_t empty_hash = 0x243F6A8885A308D3U;

class RuleTable {
 public:
  RuleTable() {
    std::size_t ends = 0;
    for_each_line(suffix_rules_text, [&ends](std::string_view line) {
      for (const char c : line) ends += c == '.' ? 1U : 0U;
      ++ends;
    });
    std::size_t places = 64;
    while (places < ends * 2) places *= 2;
    slots_.resize(ends == 0 ? 0 : places);
    for_each_line(suffix_rules_text, [this](std::string_view line) {
      std::uint8_t kind = rule;
      if (line.starts_with("!")) {
        line.remove_prefix(1);
        kind = exception;
      } else if (line.starts_with("*.")) {
        line.remove_prefix(2);
        kind = wildcard;
      }
      add(line, kind);
    });
  }

  bool empty() const { return slots_.empty(); }

  /// The kinds of rules for this end of a host; `known` tells whether any rule has this end.
  std::uint8_t kinds(std::string_view end, std::uint64_t hash, bool& known) const {
    for (std::size_t at = place(hash);; at = (at + 1) & (slots_.size() - 1)) {
      const Slot& slot = slots_[at];
      if (slot.end.empty()) {
        known = false;
        return 0;
      }
      if (slot.hash == hash && slot.end == end) {
        known = true;
        return slot.kinds;
      }
    }
  }

 private:
  struct Slot {
    std::uint64_t hash = 0;
    std::string_view end;  // borrows the list's text
    std::uint8_t kinds = 0;
  };

  std::size_t place(std::uint64_t hash) const { return (hash >> 32U) & (slots_.size() - 1); }

  void add(std::string_view line, std::uint8_t kind) {
    std::uint64_t hash = empty_hash;
    for (std::size_t at = line.size(); at-- > 0;) {
      hash = step(hash, line[at]);
      if (at == 0) {
        insert(line, hash, kind);
      } else if (line[at - 1] == '.') {
        insert(line.substr(at), hash, 0);
      }
    }
  }

  void insert(std::string_view end, std::uint64_t hash, std::uint8_t kind) {
    std::size_t at = place(hash);
    while (!slots_[at].end.empty() && slots_[at].end != end) at = (at + 1) & (slots_.size() - 1);
    slots_[at].hash = hash;
    slots_[at].end = end;
    slots_[at].kinds = static_cast<std::uint8_t>(slots_[at].kinds | kind);
  }

  std::vector<Slot> slots_;  // a power of two, at most half full
};

const RuleTable& rules() {
  static const RuleTable table;
  return table;
}

std::string_view suffix_by_libpsl(std::string_view host) {
  const std::string owned(host);
  const char* domain = psl_unregistrable_domain(psl_builtin(), owned.c_str());
  return domain == nullptr ? std::string_view()
                           : host.substr(static_cast<std::size_t>(domain - owned.c_str()));
}

}  // namespace

std::string_view public_suffix(std::string_view host) {
  const RuleTable& table = rules();
  if (table.empty() || host.find("xn--") != std::string_view::npos) return suffix_by_libpsl(host);

  std::uint64_t hash = empty_hash;
  std::size_t best = std::string_view::npos;  // where the suffix starts
  bool wild = false;                          // a wildcard covers the next label
  for (std::size_t at = host.size(); at-- > 0;) {
    hash = step(hash, host[at]);
    if (at != 0 && host[at - 1] != '.') continue;
    bool known = false;
    const std::uint8_t kinds = table.kinds(host.substr(at), hash, known);
    if ((kinds & exception) != 0) {
      best = host.find('.', at) + 1;
      break;
    }
    if (wild || (kinds & rule) != 0 || best == std::string_view::npos) best = at;
    wild = (kinds & wildcard) != 0;
    if (!known) break;
  }
  return best == std::string_view::npos ? std::string_view() : host.substr(best);
}

bool is_top_level_domain(std::string_view label) {
  const RuleTable& table = rules();
  if (table.empty() || label.starts_with("xn--")) {
    return psl_is_public_suffix2(psl_builtin(), std::string(label).c_str(),
                                 PSL_TYPE_ANY | PSL_TYPE_NO_STAR_RULE) != 0;
  }
  std::uint64_t hash = empty_hash;
  for (std::size_t at = label.size(); at-- > 0;) hash = step(hash, label[at]);
  bool known = false;
  table.kinds(label, hash, known);
  return known;
}

}  // namespace csvm::clean
