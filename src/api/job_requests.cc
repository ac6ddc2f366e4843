#include "job_requests.h"

#include <algorithm>
#include <charconv>

namespace csvm::api {
namespace {

constexpr std::size_t page_size = 50;
constexpr std::size_t max_page_size = 200;

}  // namespace

Task<Response> for_job(Context& context, Request& request, JobWork work) {
  std::string id(request.parameter("id"));
  SessionWork for_it = [id = std::move(id), work = std::move(work)](const store::Session& session) {
    return work(session, id);
  };
  co_return co_await for_session(context, request, NoSession::refuse, std::move(for_it));
}

Page page_of(const Request& request) {
  Page page;
  const auto number = [&](std::string_view name, std::uint64_t otherwise) {
    const auto text = request.query(name);
    if (!text) return otherwise;
    std::uint64_t value = 0;
    const auto [end, failed] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (failed != std::errc() || end != text->data() + text->size()) {
      page.mistakes.push_back({std::string(name), "must be a whole number"});
    }
    return value;
  };
  page.after = number("after", 0);
  const std::uint64_t size = number("limit", page_size);
  page.size = static_cast<std::size_t>(std::clamp<std::uint64_t>(size, 1, max_page_size));
  return page;
}

boost::json::value cursor(const std::optional<std::uint64_t>& next) {
  return next ? boost::json::value(*next) : boost::json::value(nullptr);
}

}  // namespace csvm::api
