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

void record_failure(const Shared& shared, std::string_view request_id, std::string_view what) {
  if (shared.environment.log)
    shared.environment.log->error("request {}: handler failed: {}", request_id, what);
}

}  // namespace csvm::server
