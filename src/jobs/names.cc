#include <fmt/chrono.h>
#include <fmt/format.h>

#include "csvm/jobs.h"

namespace csvm::jobs {

std::string download_name(const store::Job& job, std::string_view part) {
  const std::time_t made = std::chrono::system_clock::to_time_t(job.created_at);
  const std::string stem = fmt::format("{}_leads_{:%Y-%m-%d_%H-%M}",
                                       store::to_string(job.table_type), fmt::gmtime(made));
  if (part == part_records) return stem + ".csv";
  return fmt::format("{}_{}.{}", stem, part, part == part_report ? "json" : "csv");
}

}  // namespace csvm::jobs
