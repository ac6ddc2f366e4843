// webhook_wishes.h - what a request says of a webhook -> what the store keeps of it.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "csvm/api.h"

namespace csvm::api {

struct WebhookWishes {
  store::Webhook webhook;
  recipe::DeliveryWishes delivery;
  std::string host;                          // of the first URL
  std::vector<server::FieldError> mistakes;  // non-empty: the rest does not count
};

/// Reads the members of docs/http-api.md, "Deliveries". What is not said is as the preset says to
/// which the URL belongs, else as the settings say. `series` tells this delivery from the job's
/// others. Without a URL only the form of the others is checked.
WebhookWishes read_webhook(const boost::json::object& body, const Settings& settings,
                           std::string_view series);

/// Their names, in the order of the documentation.
bool is_webhook_member(std::string_view name);

/// Which of its URLs must not be sent to, or have no address. Blocking: names are resolved.
std::vector<server::FieldError> refused_destinations(const jobs::Outgoing& outgoing,
                                                     const WebhookWishes& wishes);

/// Told of a job, without what may be secret.
boost::json::value webhook_json(const store::Job& job);

/// The same as part of a recipe.
std::optional<recipe::Destination> destination_of(const store::Job& job);

/// `body` with the members that the destination of its recipe says and `body` itself does not.
boost::json::object with_destination(const boost::json::object& body);

/// What will be sent, how long it takes, and what a quota leaves out. Blocking.
boost::json::value forecast(store::Store& store, const WebhookWishes& wishes, std::uint64_t records,
                            bool at_most);

/// A series that no other delivery of the same job has.
std::string new_series(store::Time now);

}  // namespace csvm::api
