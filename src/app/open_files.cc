#include "open_files.h"

#include <chrono>
#include <thread>

#include "chance.h"

namespace csvm::app {

Result<std::unique_ptr<files::Files>> open_files(const ServiceSettings& settings) {
  const S3Settings& s3 = settings.s3;
  if (s3.bucket.empty()) {
    return files::open_local(settings.data_folder + "/files", settings.redis_url.empty()
                                                                  ? files::Sharing::alone
                                                                  : files::Sharing::with_others);
  }
  files::BucketSettings bucket;
  bucket.endpoint = s3.endpoint;
  bucket.region = s3.region;
  bucket.bucket = s3.bucket;
  bucket.access_key_id = s3.access_key_id;
  bucket.secret_access_key = s3.secret_access_key;
  bucket.session_token = s3.session_token;
  bucket.path_style = s3.path_style;
  bucket.prefix = s3.prefix;
  bucket.ca_file = s3.ca_file;
  bucket.scratch_folder = settings.data_folder + "/scratch";
  bucket.now = [] {
    return std::chrono::time_point_cast<std::chrono::milliseconds>(
        std::chrono::system_clock::now());
  };
  bucket.wait = [](std::chrono::milliseconds time) { std::this_thread::sleep_for(time); };
  bucket.random = fill_with_random;
  return files::open_bucket(std::move(bucket));
}

}  // namespace csvm::app
