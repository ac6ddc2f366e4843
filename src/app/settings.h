// settings.h - environment variables and .env -> what the service is told. Every name is in
// .env.example.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "csvm/base.h"

namespace csvm::app {

/// A bucket instead of the data folder for uploads and results; unused while `bucket` is empty.
struct S3Settings {
  std::string endpoint, region = "us-east-1", bucket, access_key_id, secret_access_key,
                        session_token, prefix, ca_file;
  bool path_style = false;  // by default, when an endpoint is named
};

struct ServiceSettings {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080;
  bool production = false;
  std::string data_folder = "data";
  std::string mappings_file;  // empty: field_mappings.json in the data folder
  std::string admin_token;
  std::vector<std::string> cors_origins, trusted_proxies;
  bool behind_tls = false;
  std::uint64_t max_file_mb = 512, max_storage_per_session_mb = 2048, max_total_storage_gb = 10;
  std::uint64_t max_files_per_session = 50, max_jobs_at_once_per_session = 3;
  std::chrono::hours session_ttl{48}, data_retention{48};
  std::chrono::minutes cleanup_interval{60};
  std::chrono::seconds job_timeout{3600};
  double match_threshold = 85;
  double webhook_rate = 10;  // records a second
  double webhook_timeout = 30;
  std::uint64_t webhook_retries = 3;
  std::vector<double> webhook_backoff = {1, 3, 9};
  bool webhook_allow_private = false;
  std::vector<std::string> webhook_allowed;  // networks and hosts
  std::string webhook_ca_file;
  std::string destinations_file;  // empty: the built-in presets
  double requests_per_second = 200;
  unsigned workers = 1;   // jobs at once in this process
  std::string redis_url;  // empty: the store is a file in the data folder, of one process
  std::chrono::seconds job_lease{10};
  std::string log_level = "info";
  bool log_as_json = false;
  std::string secret_key;  // seals the cookies of sessions
  std::string sentry_dsn;
  S3Settings s3;
};

/// A variable's value, or none. `std::getenv`, but for tests.
using Variables = std::function<std::optional<std::string>(std::string_view name)>;

/// Reads all settings. A variable that is set counts before the line in `dotenv` (the text of a
/// .env file; empty: none). Fails with `invalid_input`: names every wrong value and what is
/// allowed.
Result<ServiceSettings> read_settings(const Variables& variables, std::string_view dotenv);

/// The text of `.env` in the working folder; empty when there is none. Fails with `io`.
Result<std::string> read_dotenv();

}  // namespace csvm::app
