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
};

}  // namespace

Wishes read_wishes(const json::object& body, const Settings& settings, std::string_view series) {
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
  wishes.webhook = read_webhook(with_destination(body), settings, series);
  wishes.mistakes.insert(wishes.mistakes.end(), wishes.webhook.mistakes.begin(),
                         wishes.webhook.mistakes.end());
  wishes.job.webhook = wishes.webhook.webhook;
  const bool is_named = std::ranges::find(wishes.mistakes, "webhook_url",
                                          &server::FieldError::field) != wishes.mistakes.end();
  if (wishes.job.mode == store::Mode::webhook && wishes.job.webhook.url.empty() && !is_named) {
    wishes.mistakes.push_back({"webhook_url", "is needed when mode is webhook"});
  }

  json::object rest;
  for (const auto& [key, value] : body) {
    const bool is_the_services =
        std::ranges::find(service_members, std::string_view(key)) != service_members.end() ||
        is_webhook_member(key);
    if (!is_the_services) rest[key] = value;
  }
  if (!rest.contains("threshold")) rest["threshold"] = settings.default_threshold;
  std::vector<recipe::Mistake> mistakes;
  auto recipe = recipe::parse_recipe(json::serialize(rest), "the request", &mistakes);
  for (recipe::Mistake& mistake : mistakes) {
    wishes.mistakes.push_back({std::move(mistake.path), std::move(mistake.what)});
  }
  if (recipe) {
    wishes.recipe = *std::move(recipe);
    wishes.recipe.destination.reset();  // is part of the job
    wishes.job.table_type = wishes.recipe.type == columns::TableType::company
                                ? store::TableType::company
                                : store::TableType::people;
    wishes.job.recipe = recipe::to_json(wishes.recipe);
  }
  return wishes;
}

}  // namespace csvm::api
