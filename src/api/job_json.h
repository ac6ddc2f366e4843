// job_json.h - what the store knows, as the interface says it.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string_view>

#include "csvm/jobs.h"
#include "csvm/store.h"

namespace csvm::api {

/// Whether `?part=` may name it; the latter: no job's results have it, it is made for the answer.
bool is_part(std::string_view part);
bool is_made_on_demand(std::string_view part);

/// What is known of the delivery that the job makes now (or made last); nothing of an earlier one.
std::optional<jobs::SendingDetails> details_of(const store::Job& job);

boost::json::object job_json(const store::Job& job);
/// How fast the delivery that the job makes (or made last) went, from its beginning.
boost::json::object pace_json(const store::Job& job);
/// {record (from 1), state, http_status, reason}.
boost::json::object failure_json(const store::Delivery& failure);
boost::json::object file_json(const store::SourceFile& file);
boost::json::object upload_json(const store::Upload& upload);

/// What `inspect` found, as the document that the store keeps with a file.
std::string facts_document(const jobs::FileFacts& facts);

}  // namespace csvm::api
