// The body of POST /api/process: read, or refused with a field and a sentence for each mistake.
#include <boost/json.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "wishes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  boost::system::error_code failed;
  const auto body = boost::json::parse(text, failed);
  if (failed || !body.is_object()) return 0;
  const auto wishes = csvm::api::read_wishes(body.get_object(), csvm::api::Settings{});
  for (const auto& mistake : wishes.mistakes) {
    if (mistake.detail.empty()) std::abort();
  }
  if (!wishes.mistakes.empty()) return 0;
  if (wishes.job.upload_id.empty()) std::abort();
  // The worker reads what is kept: it must be the same.
  const auto kept = csvm::recipe::parse_recipe(wishes.job.recipe, "the job");
  if (!kept || csvm::recipe::to_json(*kept) != wishes.job.recipe) std::abort();
  return 0;
}
