#include "wishes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "answers.h"

namespace csvm::api {
namespace {

namespace json = boost::json;

// Members that do not belong to the recipe.
constexpr std::array service_members = {
    std::string_view("upload_id"),
    std::string_view("suppression_upload_id"),
    std::string_view("mode"),
    std::string_view("webhook_url"),
    std::string_view("webhook_rate_limit"),
    std::string_view("webhook_headers"),
    std::string_view("webhook_secret"),
    std::string_view("record_limit"),
};

void read_webhook(const json::object& body, Wishes& wishes) {
  store::Webhook& webhook = wishes.job.webhook;
  const auto url = text_member(body, "webhook_url", wishes.mistakes);
  if (url) webhook.url = *url;
  if (wishes.job.mode == store::Mode::webhook && webhook.url.empty()) {
    wishes.mistakes.push_back({"webhook_url", "is needed when mode is webhook"});
  }
  if (const auto secret = text_member(body, "webhook_secret", wishes.mistakes)) {
    webhook.secret = *secret;
  }
  if (const json::value* rate = body.if_contains("webhook_rate_limit"); rate != nullptr) {
    const double limit = rate->is_number() ? rate->to_number<double>() : -1;
    if (limit >= 0 && limit <= 100'000) {
      webhook.rate_per_second = limit;
    } else {
      wishes.mistakes.push_back(
          {"webhook_rate_limit", "must be a number of records a second, 0 for no limit"});
    }
  }
  if (const json::value* limit = body.if_contains("record_limit"); limit != nullptr) {
    if (limit->is_number() && limit->to_number<double>() >= 1) {
      webhook.options = json::serialize(json::object{{"record_limit", *limit}});
    } else {
      wishes.mistakes.push_back({"record_limit", "must be a number of records, at least 1"});
    }
  }
  if (const json::value* headers = body.if_contains("webhook_headers"); headers != nullptr) {
    const json::object* object = headers->if_object();
    const bool is_texts = object != nullptr && std::ranges::all_of(*object, [](const auto& entry) {
                            return entry.value().is_string();
                          });
    if (is_texts) {
      webhook.headers = json::serialize(*object);
    } else {
      wishes.mistakes.push_back({"webhook_headers", "must be an object of texts"});
    }
  }
}

}  // namespace

Wishes read_wishes(const json::object& body, double default_threshold) {
  Wishes wishes;
  const auto upload = text_member(body, "upload_id", wishes.mistakes);
  if (upload && !upload->empty()) {
    wishes.job.upload_id = *upload;
  } else if (wishes.mistakes.empty()) {
    wishes.mistakes.push_back({"upload_id", "is needed: what POST /api/upload answered"});
  }
  if (!body.contains("table_type")) {
    wishes.mistakes.push_back({"table_type", "is needed: people or company"});
  }
  if (const auto suppression = text_member(body, "suppression_upload_id", wishes.mistakes)) {
    wishes.job.suppression_upload_id = *suppression;
  }
  if (const auto mode = text_member(body, "mode", wishes.mistakes)) {
    if (*mode == "webhook") {
      wishes.job.mode = store::Mode::webhook;
    } else if (*mode != "download") {
      wishes.mistakes.push_back(
          {"mode", fmt::format("must be download or webhook, not '{}'", *mode)});
    }
  }
  read_webhook(body, wishes);

  json::object rest;
  for (const auto& [key, value] : body) {
    if (std::ranges::find(service_members, std::string_view(key)) == service_members.end()) {
      rest[key] = value;
    }
  }
  if (!rest.contains("threshold")) rest["threshold"] = default_threshold;
  std::vector<recipe::Mistake> mistakes;
  auto recipe = recipe::parse_recipe(json::serialize(rest), "the request", &mistakes);
  for (recipe::Mistake& mistake : mistakes) {
    wishes.mistakes.push_back({std::move(mistake.path), std::move(mistake.what)});
  }
  if (recipe) {
    wishes.recipe = *std::move(recipe);
    wishes.job.table_type = wishes.recipe.type == columns::TableType::company
                                ? store::TableType::company
                                : store::TableType::people;
    wishes.job.recipe = recipe::to_json(wishes.recipe);
  }
  return wishes;
}

}  // namespace csvm::api
