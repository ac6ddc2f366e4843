#include <spdlog/logger.h>

#include "connection.h"

namespace csvm::server {

void record_request(const Shared& shared, const Request& request, std::string_view route,
                    unsigned status, std::uint64_t sent_bytes, std::chrono::nanoseconds duration) {
  // Neither query nor body: they may hold secrets. Control characters never pass parse_target.
  if (shared.environment.log)
    shared.environment.log->info(
        "{} {} {} {} B {} us {} {}", request.method(), request.path(), status, sent_bytes,
        std::chrono::duration_cast<std::chrono::microseconds>(duration).count(),
        request.client_address(), request.id());
  if (shared.environment.answered)
    shared.environment.answered(
        RequestRecord{request.method(), route, status, sent_bytes, duration});
}

void record_fault(const Shared& shared, std::string_view method, std::string_view route,
                  unsigned status, std::string_view fault) {
  if (!shared.environment.log) return;
  // What nobody foresaw is a mistake of ours; the rest is for the operator to put right.
  const auto level = status == 500 ? spdlog::level::err : spdlog::level::warn;
  shared.environment.log->log(level, "{} {} failed with {}: {}", method, route, status, fault);
}

void record_cut(const Shared& shared, std::string_view method, std::string_view route,
                std::string_view why) {
  if (shared.environment.log)
    shared.environment.log->warn("{} {} was cut off: {}", method, route, why);
}

void record_failure(const Shared& shared, std::string_view request_id, std::string_view what) {
  if (shared.environment.log)
    shared.environment.log->error("request {}: handler failed: {}", request_id, what);
}

}  // namespace csvm::server
