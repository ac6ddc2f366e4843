#include "webhook_wishes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "answers.h"

namespace csvm::api {
namespace {

namespace json = boost::json;

constexpr double max_rate = 100'000;
constexpr std::array own_members = {
    std::string_view("webhook_url"), std::string_view("webhook_rate_limit"),
    std::string_view("webhook_headers"), std::string_view("webhook_secret")};

class Reader {
 public:
  Reader(const json::object& body, const Settings& settings) : body_(body), settings_(settings) {}

  WebhookWishes read(std::string_view series) {
    read_url();
    read_delivery();
    read_rate();
    read_headers();
    if (const auto secret = text_member(body_, "webhook_secret", wishes_.mistakes)) {
      const auto usable = secret->empty() ? Result<void>() : deliver::check_secret(*secret);
      if (!usable) mistake("webhook_secret", usable.error().message);
      wishes_.webhook.secret = *secret;
    }
    wishes_.delivery.series = series;
    wishes_.webhook.options = recipe::to_json(wishes_.delivery);
    return std::move(wishes_);
  }

 private:
  void mistake(std::string field, std::string what) {
    wishes_.mistakes.push_back({std::move(field), std::move(what)});
  }

  void read_url() {
    const auto text = text_member(body_, "webhook_url", wishes_.mistakes);
    if (!text || text->empty()) return;
    const auto url = fetch::parse_url(*text);
    if (!url) return mistake("webhook_url", url.error().message);
    wishes_.webhook.url = url->text;
    wishes_.host = url->host;
  }

  void read_delivery() {
    recipe::DeliveryWishes otherwise = settings_.delivery;
    std::vector<server::FieldError> ignored;
    const auto named = text_member(body_, "webhook_preset", ignored);
    if (named && !named->empty()) {
      const auto found =
          std::ranges::find(settings_.presets, *named, &recipe::DestinationPreset::name);
      if (found == settings_.presets.end()) {
        std::string known;
        for (const auto& preset : settings_.presets)
          known += (known.empty() ? "" : ", ") + preset.name;
        mistake("webhook_preset", fmt::format("is not known; known are {}", known));
      } else {
        preset_ = &*found;
      }
    } else {
      preset_ = recipe::preset_of(settings_.presets, wishes_.host);
    }
    if (preset_ != nullptr) {
      otherwise.preset = preset_->name;
      otherwise.burst = preset_->burst;
      otherwise.max_record_bytes = preset_->max_record_bytes;
      otherwise.quota = preset_->quota;
    }
    json::object members;
    const auto names = recipe::delivery_members();
    for (const auto& [key, value] : body_) {
      if (std::ranges::find(names, std::string_view(key)) != names.end() && !value.is_null()) {
        members[key] = value;
      }
    }
    std::vector<recipe::Mistake> mistakes;
    auto read = recipe::parse_delivery_wishes(json::serialize(members), otherwise, &mistakes);
    for (recipe::Mistake& one : mistakes) mistake(std::move(one.path), std::move(one.what));
    if (!read) return;
    wishes_.delivery = *std::move(read);
    for (std::size_t i = 0; i < wishes_.delivery.roll_over_urls.size(); ++i) {
      std::string& text = wishes_.delivery.roll_over_urls[i];
      const auto url = fetch::parse_url(text);
      if (url) {
        text = url->text;
      } else {
        mistake(fmt::format("webhook_roll_over_urls[{}]", i), url.error().message);
      }
    }
  }

  void read_rate() {
    double& rate = wishes_.webhook.rate_per_second;
    rate = preset_ != nullptr ? preset_->rate_per_second : settings_.webhook_rate;
    const json::value* const wish = body_.if_contains("webhook_rate_limit");
    if (wish == nullptr || wish->is_null()) return;
    const double limit = wish->is_number() ? wish->to_number<double>() : -1;
    if (limit >= 0 && limit <= max_rate) {
      rate = limit;
    } else {
      mistake("webhook_rate_limit", "must be a number of records a second, 0 for no limit");
    }
  }

  void read_headers() {
    const json::value* const headers = body_.if_contains("webhook_headers");
    if (headers == nullptr || headers->is_null()) return;
    const json::object* const object = headers->if_object();
    if (object == nullptr) return mistake("webhook_headers", "must be an object of texts");
    for (const auto& [name, value] : *object) {
      const std::string field = fmt::format("webhook_headers.{}", std::string_view(name));
      const json::string* const text = value.if_string();
      if (text == nullptr) {
        mistake(field, "must be a text");
        continue;
      }
      const auto header = deliver::check_header(
          fmt::format("{}: {}", std::string_view(name), std::string_view(*text)));
      if (!header) {
        mistake(field, header.error().message);
        continue;
      }
      if (!wishes_.webhook.headers.empty()) wishes_.webhook.headers += '\n';
      wishes_.webhook.headers += *header;
    }
  }

  const json::object& body_;
  const Settings& settings_;
  const recipe::DestinationPreset* preset_ = nullptr;
  WebhookWishes wishes_;
};

// Paths and queries of webhooks are secrets; their end tells one from another.
std::string masked(const fetch::Url& url) {
  constexpr std::size_t shown = 4;
  const auto host_at = url.text.find("://") + 3;
  const auto path_at = std::min(url.text.find_first_of("/?", host_at), url.text.size());
  const std::string_view path = std::string_view(url.text).substr(path_at);
  if (path.size() <= 1) return url.text;
  const std::string_view end = path.size() > 4 * shown ? path.substr(path.size() - shown) : "";
  return fmt::format("{}/...{}", std::string_view(url.text).substr(0, path_at), end);
}

json::value or_null(std::uint64_t number) {
  return number == 0 ? json::value(nullptr) : json::value(number);
}

json::value text_or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

std::vector<std::string> header_names(std::string_view lines) {
  std::vector<std::string> names;
  while (!lines.empty()) {
    names.emplace_back(lines.substr(0, lines.find(':')));
    lines.remove_prefix(std::min(lines.find('\n'), lines.size() - 1) + 1);
  }
  return names;
}

}  // namespace

WebhookWishes read_webhook(const json::object& body, const Settings& settings,
                           std::string_view series) {
  return Reader(body, settings).read(series);
}

bool is_webhook_member(std::string_view name) {
  const auto delivery = recipe::delivery_members();
  return std::ranges::find(own_members, name) != own_members.end() ||
         std::ranges::find(delivery, name) != delivery.end();
}

std::vector<server::FieldError> refused_destinations(const jobs::Outgoing& outgoing,
                                                     const WebhookWishes& wishes) {
  std::vector<server::FieldError> mistakes;
  const auto check = [&](std::string field, const std::string& text) {
    const auto url = fetch::parse_url(text);
    const auto addresses =
        url ? fetch::check_destination(*url, outgoing.rules, fetch::resolve_by_system)
            : url.error();
    if (!addresses) mistakes.push_back({std::move(field), addresses.error().message});
  };
  check("webhook_url", wishes.webhook.url);
  for (std::size_t i = 0; i < wishes.delivery.roll_over_urls.size(); ++i) {
    check(fmt::format("webhook_roll_over_urls[{}]", i), wishes.delivery.roll_over_urls[i]);
  }
  return mistakes;
}

json::value webhook_json(const store::Job& job) {
  if (job.mode != store::Mode::webhook) return nullptr;
  const auto url = fetch::parse_url(job.webhook.url);
  const auto delivery = recipe::parse_delivery_wishes(job.webhook.options, {});
  if (!url || !delivery) return nullptr;
  json::object shown;
  shown["url"] = masked(*url);
  shown["host"] = url->host;
  shown["preset"] = text_or_null(delivery->preset);
  shown["headers"] = json::value_from(header_names(job.webhook.headers));
  shown["signed"] = !job.webhook.secret.empty();
  shown["roll_over_urls"] = delivery->roll_over_urls.size();
  shown["canary"] = or_null(delivery->canary);
  shown["fail_above_percent"] = delivery->fail_above_percent < 100
                                    ? json::value(delivery->fail_above_percent)
                                    : json::value(nullptr);
  shown["quota"] = or_null(delivery->quota);
  shown["max_record_bytes"] = or_null(delivery->max_record_bytes);
  shown["record_limit"] = or_null(delivery->record_limit);
  return shown;
}

std::optional<recipe::Destination> destination_of(const store::Job& job) {
  const auto url = fetch::parse_url(job.webhook.url);
  auto delivery = recipe::parse_delivery_wishes(job.webhook.options, {});
  if (job.mode != store::Mode::webhook || !url || !delivery) return std::nullopt;
  return recipe::Destination{url->host, job.webhook.rate_per_second,
                             header_names(job.webhook.headers), !job.webhook.secret.empty(),
                             *std::move(delivery)};
}

json::object with_destination(const json::object& body) {
  json::object whole = body;
  const json::value* const said = body.if_contains("destination");
  const json::object* const destination = said != nullptr ? said->if_object() : nullptr;
  if (destination == nullptr) return whole;
  for (const auto& [key, value] : *destination) {
    const std::string_view name = key == "rate" ? "webhook_rate_limit" : std::string_view(key);
    if (is_webhook_member(name) && !whole.contains(name)) whole[name] = value;
  }
  return whole;
}

json::value forecast(store::Store& store, const WebhookWishes& wishes, std::uint64_t records,
                     bool at_most) {
  const recipe::DeliveryWishes& delivery = wishes.delivery;
  if (delivery.record_limit > 0) records = std::min(records, delivery.record_limit);
  json::object shown;
  shown["records"] = records;
  shown["at_most"] = at_most;
  shown["preset"] = text_or_null(delivery.preset);
  shown["rate_limit"] = wishes.webhook.rate_per_second;
  shown["quota"] = nullptr;
  std::uint64_t sent = records;
  if (delivery.quota > 0) {
    std::uint64_t left = 0;
    std::vector<std::string> urls = {wishes.webhook.url};
    urls.insert(urls.end(), delivery.roll_over_urls.begin(), delivery.roll_over_urls.end());
    for (const std::string& url : urls) {
      const auto known = store.destination(url);
      const std::uint64_t used = delivery.quota_used + (known ? known->lifetime_count : 0);
      left += delivery.quota - std::min(delivery.quota, used);
    }
    sent = std::min(records, left);
    shown["quota"] =
        json::object{{"limit", delivery.quota}, {"left", left}, {"not_sent", records - sent}};
  }
  const double rate = wishes.webhook.rate_per_second;
  shown["seconds"] =
      rate > 0 ? json::value(static_cast<double>(sent) / rate) : json::value(nullptr);
  return shown;
}

std::string new_series(store::Time now) {
  return fmt::format("{:x}", now.time_since_epoch().count());
}

}  // namespace csvm::api
