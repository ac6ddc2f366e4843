#include "settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <iterator>
#include <map>

namespace csvm::app {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

// NAME=value lines; "export NAME=", quotes around values and # comments are understood.
class Dotenv {
 public:
  Dotenv(std::string_view text, std::vector<std::string>& mistakes) {
    std::size_t number = 0;
    while (!text.empty()) {
      const auto end = text.find('\n');
      add(trimmed(text.substr(0, end)), ++number, mistakes);
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
  }
  std::optional<std::string> find(std::string_view name) const {
    const auto found = values_.find(name);
    if (found == values_.end()) return std::nullopt;
    return found->second;
  }

 private:
  void add(std::string_view line, std::size_t number, std::vector<std::string>& mistakes) {
    if (line.empty() || line.front() == '#') return;
    if (line.starts_with("export ")) line.remove_prefix(7);
    const auto equals = line.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      mistakes.push_back(fmt::format(".env, line {}: must be NAME=value", number));
      return;
    }
    std::string_view value = trimmed(line.substr(equals + 1));
    if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') &&
        value.back() == value.front()) {
      value = value.substr(1, value.size() - 2);
    } else if (const auto comment = value.find(" #"); comment != std::string_view::npos) {
      value = trimmed(value.substr(0, comment));
    }
    values_[std::string(trimmed(line.substr(0, equals)))] = value;
  }

  std::map<std::string, std::string, std::less<>> values_;
};

class Reader {
 public:
  Reader(const Variables& variables, std::string_view dotenv)
      : variables_(variables), dotenv_(dotenv, mistakes_) {}

  // An empty value is as if it were not set.
  std::optional<std::string> find(std::string_view name) const {
    auto value = variables_(name);
    if (!value || value->empty()) value = dotenv_.find(name);
    if (value && value->empty()) value.reset();
    return value;
  }

  void text(std::string_view name, std::string& into) const {
    if (const auto value = find(name)) into = *value;
  }
  void list(std::string_view name, std::vector<std::string>& into) const {
    const auto value = find(name);
    if (!value) return;
    std::string_view rest = *value;
    while (!rest.empty()) {
      const auto comma = rest.find(',');
      const std::string_view one = trimmed(rest.substr(0, comma));
      if (!one.empty()) into.emplace_back(one);
      rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
    }
  }
  void flag(std::string_view name, bool& into) {
    const auto value = find(name);
    if (!value) return;
    if (*value == "true" || *value == "1") {
      into = true;
    } else if (*value == "false" || *value == "0") {
      into = false;
    } else {
      wrong(name, *value, "true or false");
    }
  }
  template <class Number>
  void number(std::string_view name, Number least, Number most, Number& into) {
    const auto value = find(name);
    if (!value) return;
    Number read{};
    const char* const end = value->data() + value->size();
    const auto [rest, failed] = std::from_chars(value->data(), end, read);
    if (failed == std::errc() && rest == end && read >= least && read <= most) {
      into = read;
    } else {
      wrong(name, *value, fmt::format("a number from {} to {}", least, most));
    }
  }
  void numbers(std::string_view name, double most, std::vector<double>& into) {
    std::vector<std::string> texts;
    list(name, texts);
    if (texts.empty()) return;
    into.clear();
    for (const std::string& text : texts) {
      double read = 0;
      const auto [rest, failed] = std::from_chars(text.data(), text.data() + text.size(), read);
      const bool is_number = failed == std::errc() && rest == text.data() + text.size();
      if (is_number && read >= 0 && read <= most) {
        into.push_back(read);
      } else {
        wrong(name, text, fmt::format("numbers from 0 to {}, by commas", most));
      }
    }
  }
  template <class Duration>
  void duration(std::string_view name, std::int64_t most, Duration& into) {
    std::int64_t count = into.count();
    number<std::int64_t>(name, 1, most, count);
    into = Duration(count);
  }
  void one_of(std::string_view name, std::initializer_list<std::string_view> allowed,
              std::string& into) {
    const auto value = find(name);
    if (!value) return;
    if (std::ranges::find(allowed, *value) != allowed.end()) {
      into = *value;
    } else {
      wrong(name, *value, fmt::format("one of {}", fmt::join(allowed, ", ")));
    }
  }
  void wrong(std::string_view name, std::string_view value, std::string_view allowed) {
    mistakes_.push_back(
        fmt::format("{}: '{}' is not allowed; it must be {}", name, value, allowed));
  }
  void require(bool holds, std::string mistake) {
    if (!holds) mistakes_.push_back(std::move(mistake));
  }

  Result<void> end() const {
    if (mistakes_.empty()) return {};
    return Error{Errc::invalid_input,
                 fmt::format("the settings are wrong:\n  {}", fmt::join(mistakes_, "\n  "))};
  }

 private:
  const Variables& variables_;
  std::vector<std::string> mistakes_;
  Dotenv dotenv_;
};

void read_bucket(Reader& reader, S3Settings& s3) {
  reader.text("S3_ENDPOINT", s3.endpoint);
  reader.text("S3_REGION", s3.region);
  reader.text("S3_BUCKET", s3.bucket);
  reader.text("S3_ACCESS_KEY_ID", s3.access_key_id);
  reader.text("S3_SECRET_ACCESS_KEY", s3.secret_access_key);
  reader.text("S3_SESSION_TOKEN", s3.session_token);
  reader.text("S3_PREFIX", s3.prefix);
  reader.text("S3_CA_FILE", s3.ca_file);
  s3.path_style = !s3.endpoint.empty();
  reader.flag("S3_PATH_STYLE", s3.path_style);
  reader.require(!s3.bucket.empty() || (s3.endpoint.empty() && s3.access_key_id.empty()),
                 "S3_BUCKET: is needed when another S3_ variable is set; it names the bucket for "
                 "uploads and results");
}

// What may be forgotten on one's own machine and must not be on the internet.
void demand_safety(Reader& reader, const ServiceSettings& settings) {
  if (!settings.production) return;
  constexpr std::size_t least_key_bytes = 16;
  reader.require(settings.secret_key.size() >= least_key_bytes,
                 fmt::format("SECRET_KEY: is needed when APP_ENV is production, {} characters or "
                             "more that nobody can guess (openssl rand -hex 32); it seals the "
                             "cookies of sessions",
                             least_key_bytes));
  reader.require(!settings.admin_token.empty(),
                 "ADMIN_TOKEN: is needed when APP_ENV is production; anyone could change the "
                 "shared mapping configuration without it");
  reader.require(!settings.webhook_allow_private,
                 "WEBHOOK_ALLOW_PRIVATE: must not be on when APP_ENV is production; anyone could "
                 "send requests into your network");
}

}  // namespace

Result<ServiceSettings> read_settings(const Variables& variables, std::string_view dotenv) {
  ServiceSettings settings;
  Reader reader(variables, dotenv);
  constexpr std::uint64_t plenty = std::uint64_t{1} << 30;
  reader.text("HOST", settings.host);
  reader.number<std::uint16_t>("PORT", 0, 65535, settings.port);
  std::string environment = "development";
  reader.one_of("APP_ENV", {"development", "production"}, environment);
  settings.production = environment == "production";
  reader.text("DATA_DIR", settings.data_folder);
  reader.text("FIELD_MAPPINGS_FILE", settings.mappings_file);
  reader.text("ADMIN_TOKEN", settings.admin_token);
  reader.list("CORS_ORIGINS", settings.cors_origins);
  reader.list("TRUSTED_PROXIES", settings.trusted_proxies);
  reader.flag("BEHIND_TLS", settings.behind_tls);
  reader.number<std::uint64_t>("MAX_FILE_SIZE_MB", 1, plenty, settings.max_file_mb);
  reader.number<std::uint64_t>("MAX_FILES_PER_SESSION", 1, plenty, settings.max_files_per_session);
  reader.number<std::uint64_t>("MAX_STORAGE_PER_SESSION_MB", 1, plenty,
                               settings.max_storage_per_session_mb);
  reader.number<std::uint64_t>("MAX_CONCURRENT_JOBS_PER_SESSION", 1, 1000,
                               settings.max_jobs_at_once_per_session);
  reader.number<std::uint64_t>("MAX_TOTAL_STORAGE_GB", 1, plenty, settings.max_total_storage_gb);
  constexpr std::int64_t year = 366 * 24;
  reader.duration("SESSION_TTL_HOURS", year, settings.session_ttl);
  reader.duration("DATA_RETENTION_HOURS", year, settings.data_retention);
  reader.duration("CLEANUP_INTERVAL_MINUTES", year * 60, settings.cleanup_interval);
  reader.duration("JOB_TIMEOUT", year * 3600, settings.job_timeout);
  reader.number<double>("FUZZY_MATCH_THRESHOLD", 0, 100, settings.match_threshold);
  reader.number<double>("WEBHOOK_RATE_LIMIT", 0, 1e5, settings.webhook_rate);
  reader.number<double>("WEBHOOK_TIMEOUT", 0.1, 300, settings.webhook_timeout);
  reader.number<std::uint64_t>("WEBHOOK_RETRY_ATTEMPTS", 0, 100, settings.webhook_retries);
  reader.numbers("WEBHOOK_RETRY_BACKOFF", 3600, settings.webhook_backoff);
  reader.flag("WEBHOOK_ALLOW_PRIVATE", settings.webhook_allow_private);
  reader.list("WEBHOOK_ALLOW", settings.webhook_allowed);
  reader.text("WEBHOOK_CA_FILE", settings.webhook_ca_file);
  reader.text("DESTINATIONS_FILE", settings.destinations_file);
  reader.number<double>("MAX_REQUESTS_PER_SECOND", 0, 1e6, settings.requests_per_second);
  reader.number<unsigned>("WORKERS", 0, 64, settings.workers);
  reader.text("REDIS_URL", settings.redis_url);
  reader.duration("JOB_LEASE", 3600, settings.job_lease);
  reader.one_of("LOG_LEVEL", {"trace", "debug", "info", "warn", "error", "off"},
                settings.log_level);
  std::string format = "text";
  reader.one_of("LOG_FORMAT", {"text", "json"}, format);
  settings.log_as_json = format == "json";
  reader.text("SECRET_KEY", settings.secret_key);
  reader.text("SENTRY_DSN", settings.sentry_dsn);
  read_bucket(reader, settings.s3);
  demand_safety(reader, settings);
  CSVM_CHECK(reader.end());
  return settings;
}

Result<std::string> read_dotenv() {
  std::ifstream file(".env", std::ios::binary);
  if (!file) {
    const int reason = errno;
    if (reason == ENOENT) return std::string();
    return io_error("read", ".env", reason);
  }
  return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace csvm::app
