// Presets of kinds of receivers.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cassert>
#include <cmath>

#include "csvm/recipe.h"
#include "destinations_shipped.h"
#include "json_reader.h"
#include "mistakes.h"

namespace csvm::recipe {
namespace {

namespace json = boost::json;

constexpr std::size_t max_presets_bytes = std::size_t{1} << 20;

double number(const std::string& path, const json::value& value, bool whole, Mistakes& mistakes) {
  boost::system::error_code failed;
  const double read = value.is_number() ? value.to_number<double>(failed) : -1;
  if (failed || !(read >= 0 && read <= largest_wish)) {
    mistakes.add(path, fmt::format("must be a number from 0 on, not {}", kind_in_words(value)));
    return 0;
  }
  if (whole && read != std::floor(read)) mistakes.add(path, "must be a whole number");
  return read;
}

std::vector<std::string> host_names(const std::string& path, const json::value& value,
                                    Mistakes& mistakes) {
  std::vector<std::string> hosts;
  const json::array* const list = value.if_array();
  if (list == nullptr) {
    mistakes.add(path, fmt::format("must be a list of names, not {}", kind_in_words(value)));
    return hosts;
  }
  for (std::size_t i = 0; i < list->size(); ++i) {
    const json::string* const host = (*list)[i].if_string();
    const bool is_name =
        host != nullptr && !host->empty() && std::ranges::all_of(*host, [](char c) {
          return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
        });
    if (is_name) {
      hosts.emplace_back(view(*host));
    } else {
      mistakes.add(path_of(path, i), "must be the name of a host in lower case");
    }
  }
  return hosts;
}

DestinationPreset read_preset(std::string_view name, const json::object& members,
                              Mistakes& mistakes) {
  DestinationPreset preset;
  preset.name = name;
  const std::string here = path_of("", name);
  for (const auto& [raw_key, value] : members) {
    const std::string_view key = view(raw_key);
    const std::string path = path_of(here, key);
    if (key == "rate") {
      preset.rate_per_second = number(path, value, false, mistakes);
    } else if (key == "burst") {
      preset.burst = number(path, value, false, mistakes);
    } else if (key == "max_record_bytes") {
      preset.max_record_bytes = static_cast<std::size_t>(number(path, value, true, mistakes));
    } else if (key == "quota") {
      preset.quota = static_cast<std::uint64_t>(number(path, value, true, mistakes));
    } else if (key == "hosts") {
      preset.hosts = host_names(path, value, mistakes);
    } else {
      mistakes.add(path, "is not known; known are rate, burst, max_record_bytes, quota and hosts");
    }
  }
  return preset;
}

}  // namespace

Result<std::vector<DestinationPreset>> parse_destination_presets(std::string_view text,
                                                                 std::string_view name) {
  const json::value document = CSVM_TRY(parse_document(text, name));
  const json::object* root = document.if_object();
  if (root == nullptr) {
    return Error{Errc::invalid_input, fmt::format("{}: the document must be an object, not {}",
                                                  name, kind_in_words(document))};
  }
  Mistakes mistakes(name);
  for (const std::string& path : repeated_keys(text)) mistakes.add(path, "stands there twice");
  std::vector<DestinationPreset> presets;
  for (const auto& [key, value] : *root) {
    if (const json::object* members = value.if_object()) {
      presets.push_back(read_preset(view(key), *members, mistakes));
    } else {
      mistakes.add(path_of("", view(key)),
                   fmt::format("must be an object, not {}", kind_in_words(value)));
    }
  }
  if (!mistakes.empty()) return mistakes.error();
  return presets;
}

Result<std::vector<DestinationPreset>> load_destination_presets(const std::string& path) {
  return parse_destination_presets(
      CSVM_TRY(read_document_file(path, "destination presets", max_presets_bytes)), path);
}

const DestinationPreset* preset_of(const std::vector<DestinationPreset>& presets,
                                   std::string_view host) {
  for (const DestinationPreset& preset : presets) {
    for (const std::string& known : preset.hosts) {
      if (!host.ends_with(known)) continue;
      if (host.size() == known.size() || host[host.size() - known.size() - 1] == '.') {
        return &preset;
      }
    }
  }
  return nullptr;
}

std::vector<DestinationPreset> built_in_destination_presets() {
  auto presets = parse_destination_presets(destinations_shipped, "config/destinations.json");
  assert(presets);
  return std::move(*presets);
}

}  // namespace csvm::recipe
