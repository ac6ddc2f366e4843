// Wishes for a delivery <-> JSON.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cmath>
#include <limits>

#include "csvm/recipe.h"
#include "destination.h"
#include "json_reader.h"
#include "mistakes.h"

namespace csvm::recipe {
namespace {

namespace json = boost::json;

constexpr std::size_t most_entries = 20;

constexpr std::array member_names = {
    std::string_view("webhook_preset"),
    std::string_view("webhook_burst"),
    std::string_view("webhook_max_record_bytes"),
    std::string_view("webhook_quota"),
    std::string_view("webhook_quota_used"),
    std::string_view("webhook_canary"),
    std::string_view("record_limit"),
    std::string_view("webhook_fail_above_percent"),
    std::string_view("webhook_retries"),
    std::string_view("webhook_backoff"),
    std::string_view("webhook_timeout"),
    std::string_view("webhook_roll_over_urls"),
    std::string_view("webhook_series"),
};

class Reader {
 public:
  Reader(const json::object& document, Mistakes& mistakes)
      : document_(document), mistakes_(mistakes) {}

  void text(std::string_view key, std::string& into) {
    const json::value* const value = document_.if_contains(key);
    if (value == nullptr) return;
    if (const json::string* const read = value->if_string()) {
      into.assign(read->data(), read->size());
    } else {
      mistakes_.add(key, fmt::format("must be a text, not {}", kind_in_words(*value)));
    }
  }
  void number(std::string_view key, double least, double largest, double& into) {
    const json::value* const value = document_.if_contains(key);
    if (value != nullptr) number(key, *value, least, largest, into);
  }
  void count(std::string_view key, double largest, std::uint64_t& into, double least = 0) {
    double read = static_cast<double>(into);
    number(key, least, largest, read);
    if (read != std::floor(read)) {
      mistakes_.add(key, "must be a whole number");
    } else {
      into = static_cast<std::uint64_t>(read);
    }
  }
  void numbers(std::string_view key, double largest, std::vector<double>& into) {
    const json::array* const list = list_of(key);
    if (list == nullptr) return;
    into.clear();
    for (std::size_t i = 0; i < list->size(); ++i) {
      double read = 0;
      number(path_of(key, i), (*list)[i], 0, largest, read);
      into.push_back(read);
    }
  }
  void texts(std::string_view key, std::vector<std::string>& into) {
    const json::array* const list = list_of(key);
    if (list == nullptr) return;
    into.clear();
    for (std::size_t i = 0; i < list->size(); ++i) {
      if (const json::string* const read = (*list)[i].if_string()) {
        into.emplace_back(read->data(), read->size());
      } else {
        mistakes_.add(path_of(key, i), "must be a text");
      }
    }
  }

 private:
  const json::array* list_of(std::string_view key) {
    const json::value* const value = document_.if_contains(key);
    if (value == nullptr) return nullptr;
    const json::array* const list = value->if_array();
    if (list == nullptr || list->size() > most_entries) {
      mistakes_.add(key, fmt::format("must be a list of at most {}", most_entries));
      return nullptr;
    }
    return list;
  }
  void number(std::string_view path, const json::value& value, double least, double largest,
              double& into) {
    boost::system::error_code failed;
    const double read = value.is_number() ? value.to_number<double>(failed)
                                          : std::numeric_limits<double>::quiet_NaN();
    if (!failed && read >= least && read <= largest) {
      into = read;
    } else {
      mistakes_.add(path, fmt::format("must be a number from {:g} to {:g}", least, largest));
    }
  }

  const json::object& document_;
  Mistakes& mistakes_;
};

}  // namespace

std::vector<std::string_view> delivery_members() {
  return {member_names.begin(), member_names.end()};
}

Result<DeliveryWishes> parse_delivery_wishes(std::string_view text, const DeliveryWishes& otherwise,
                                             std::vector<Mistake>* found) {
  DeliveryWishes wishes = otherwise;
  if (text.empty()) return wishes;
  const json::value document = CSVM_TRY(parse_document(text, "the delivery"));
  const json::object* const root = document.if_object();
  if (root == nullptr) return Error{Errc::invalid_input, "the delivery must be an object"};
  Mistakes mistakes("the delivery");
  Reader reader(*root, mistakes);
  constexpr double longest_seconds = 3600;
  reader.text("webhook_preset", wishes.preset);
  reader.number("webhook_burst", 0, largest_wish, wishes.burst);
  reader.count("webhook_max_record_bytes", largest_wish, wishes.max_record_bytes);
  reader.count("webhook_quota", largest_wish, wishes.quota);
  reader.count("webhook_quota_used", largest_wish, wishes.quota_used);
  reader.count("webhook_canary", largest_wish, wishes.canary);
  reader.count("record_limit", largest_wish, wishes.record_limit, 1);
  reader.number("webhook_fail_above_percent", 0, 100, wishes.fail_above_percent);
  reader.count("webhook_retries", 100, wishes.retries);
  reader.numbers("webhook_backoff", longest_seconds, wishes.backoff_seconds);
  reader.number("webhook_timeout", 0.1, 300, wishes.timeout_seconds);
  reader.texts("webhook_roll_over_urls", wishes.roll_over_urls);
  reader.text("webhook_series", wishes.series);
  if (found != nullptr) *found = mistakes.found();
  if (!mistakes.empty()) return mistakes.error();
  return wishes;
}

namespace {

json::object members_of(const DeliveryWishes& wishes) {
  json::object document;
  document["webhook_preset"] = wishes.preset;
  document["webhook_burst"] = wishes.burst;
  document["webhook_max_record_bytes"] = wishes.max_record_bytes;
  document["webhook_quota"] = wishes.quota;
  document["webhook_quota_used"] = wishes.quota_used;
  document["webhook_canary"] = wishes.canary;
  if (wishes.record_limit > 0) document["record_limit"] = wishes.record_limit;
  document["webhook_fail_above_percent"] = wishes.fail_above_percent;
  document["webhook_retries"] = wishes.retries;
  document["webhook_backoff"] = json::value_from(wishes.backoff_seconds);
  document["webhook_timeout"] = wishes.timeout_seconds;
  document["webhook_roll_over_urls"] = json::value_from(wishes.roll_over_urls);
  document["webhook_series"] = wishes.series;
  return document;
}

}  // namespace

std::string to_json(const DeliveryWishes& wishes) { return json::serialize(members_of(wishes)); }

json::object object_of(const Destination& destination) {
  json::object shown;
  shown["host"] = destination.host;
  shown["rate"] = plain_number(destination.rate_per_second);
  if (!destination.header_names.empty()) {
    shown["headers"] = json::value_from(destination.header_names);
  }
  if (destination.is_signed) shown["signed"] = true;
  const json::object by_default = members_of({});
  for (const auto& [key, value] : members_of(destination.wishes)) {
    const bool is_secret = key == "webhook_roll_over_urls" || key == "webhook_series";
    if (is_secret || (by_default.contains(key) && by_default.at(key) == value)) continue;
    shown[key] = value.is_double() ? plain_number(value.get_double()) : value;
  }
  return shown;
}

std::optional<Destination> read_destination(std::string_view path, const json::value& value,
                                            Mistakes& mistakes) {
  const json::object* const given = value.if_object();
  if (given == nullptr) {
    mistakes.add(path, fmt::format("must be an object, not {}", kind_in_words(value)));
    return std::nullopt;
  }
  Destination destination;
  json::object wishes;
  const auto names = delivery_members();
  for (const auto& [key, member] : *given) {
    const std::string place = path_of(path, view(key));
    if (view(key) == "host" && member.is_string()) {
      destination.host = view(member.get_string());
    } else if (view(key) == "rate" && member.is_number()) {
      destination.rate_per_second = member.to_number<double>();
      if (destination.rate_per_second >= 0 && destination.rate_per_second <= largest_wish) continue;
      mistakes.add(place, "must be a number of records a second, 0 for no limit");
    } else if (view(key) == "headers" && member.is_array()) {
      for (const json::value& name : member.get_array()) {
        if (const json::string* text = name.if_string()) {
          destination.header_names.emplace_back(view(*text));
        } else {
          mistakes.add(place, "must be a list of names");
        }
      }
    } else if (view(key) == "signed" && member.is_bool()) {
      destination.is_signed = member.get_bool();
    } else if (std::ranges::find(names, view(key)) != names.end()) {
      wishes[key] = member;
    } else {
      mistakes.add(place, "is no text, number or list that is known here (docs/recipes.md)");
    }
  }
  std::vector<Mistake> wrong;
  if (auto read = parse_delivery_wishes(json::serialize(wishes), {}, &wrong)) {
    destination.wishes = *std::move(read);
  }
  for (const Mistake& one : wrong) mistakes.add(path_of(path, one.path), one.what);
  return destination;
}

}  // namespace csvm::recipe
