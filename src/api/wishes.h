// wishes.h - the body of a request that starts a job -> a job for the store.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "csvm/recipe.h"
#include "csvm/server.h"
#include "csvm/store.h"
#include "webhook_wishes.h"

namespace csvm::api {

struct Wishes {
  store::NewJob job;
  WebhookWishes webhook;  // what job.webhook was made of
  recipe::Recipe recipe;
  std::vector<server::FieldError> mistakes;  // non-empty: the rest does not count
};

/// Reads the body of POST /api/process. Members that are not the service's are the recipe's.
Wishes read_wishes(const boost::json::object& body, const Settings& settings,
                   std::string_view series = "");

}  // namespace csvm::api
