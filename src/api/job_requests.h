// job_requests.h - what the routes of jobs share.
#pragma once

#include "answers.h"

namespace csvm::api {

/// Runs `work` for the job that the route names.
using JobWork = std::function<Response(const store::Session& session, const std::string& job)>;
Task<Response> for_job(Context& context, Request& request, JobWork work);

/// `?after=N&limit=N`.
struct Page {
  std::uint64_t after = 0;
  std::size_t size = 0;
  std::vector<server::FieldError> mistakes;
};
Page page_of(const Request& request);

boost::json::value cursor(const std::optional<std::uint64_t>& next);

}  // namespace csvm::api
