#include "settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

namespace csvm::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Result<ServiceSettings> read(std::map<std::string, std::string, std::less<>> variables,
                             std::string_view dotenv = "") {
  return read_settings(
      [variables = std::move(variables)](std::string_view name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        if (found == variables.end()) return std::nullopt;
        return found->second;
      },
      dotenv);
}

TEST(Settings, HaveTheDocumentedDefaults) {
  const auto settings = read({});
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_EQ(settings->port, 8080);
  EXPECT_EQ(settings->host, "127.0.0.1");
  EXPECT_EQ(settings->max_file_mb, 512U);
  EXPECT_EQ(settings->session_ttl, std::chrono::hours(48));
  EXPECT_FALSE(settings->production);
}

TEST(Settings, TakeTheEnvironmentBeforeDotenv) {
  const auto settings = read({{"PORT", "9000"}},
                             "# where\nPORT=1\nexport HOST=\"0.0.0.0\"\nDATA_DIR=/srv/data # here\n"
                             "CORS_ORIGINS=https://a.example, https://b.example\n");
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_EQ(settings->port, 9000);
  EXPECT_EQ(settings->host, "0.0.0.0");
  EXPECT_EQ(settings->data_folder, "/srv/data");
  EXPECT_THAT(settings->cors_origins, ElementsAre("https://a.example", "https://b.example"));
}

TEST(Settings, NameEveryWrongValueAndWhatIsAllowed) {
  const auto settings = read({{"PORT", "70000"},
                              {"MAX_FILE_SIZE_MB", "big"},
                              {"LOG_FORMAT", "xml"},
                              {"BEHIND_TLS", "maybe"}},
                             "nonsense\n");
  ASSERT_FALSE(settings);
  EXPECT_EQ(settings.error().code, Errc::invalid_input);
  EXPECT_THAT(settings.error().message, HasSubstr("PORT: '70000' is not allowed; it must be a "
                                                  "number from 0 to 65535"));
  EXPECT_THAT(settings.error().message, HasSubstr("MAX_FILE_SIZE_MB: 'big'"));
  EXPECT_THAT(settings.error().message, HasSubstr("LOG_FORMAT: 'xml' is not allowed; it must be "
                                                  "one of text, json"));
  EXPECT_THAT(settings.error().message, HasSubstr("BEHIND_TLS: 'maybe'"));
  EXPECT_THAT(settings.error().message, HasSubstr(".env, line 1: must be NAME=value"));
}

TEST(Settings, AreRefusedInProductionWhenTheyAreNotSafe) {
  const auto unsafe = read({{"APP_ENV", "production"}, {"WEBHOOK_ALLOW_PRIVATE", "true"}});
  ASSERT_FALSE(unsafe);
  for (const char* words :
       {"SECRET_KEY: is needed when APP_ENV is production", "ADMIN_TOKEN: is needed when APP_ENV",
        "WEBHOOK_ALLOW_PRIVATE: must not be on when APP_ENV is production"}) {
    EXPECT_THAT(unsafe.error().message, HasSubstr(words));
  }
  EXPECT_FALSE(
      read({{"APP_ENV", "production"}, {"ADMIN_TOKEN", "secret"}, {"SECRET_KEY", "too short"}}));
  EXPECT_TRUE(read({{"APP_ENV", "production"},
                    {"ADMIN_TOKEN", "secret"},
                    {"SECRET_KEY", "0123456789abcdef0123456789abcdef"}}));
  EXPECT_TRUE(read({{"WEBHOOK_ALLOW_PRIVATE", "true"}}));
}

TEST(Settings, ABucketIsUsedInTheStyleOfItsStore) {
  auto settings = read({{"S3_BUCKET", "leads"}});
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_FALSE(settings->s3.path_style);
  settings = read({{"S3_BUCKET", "leads"}, {"S3_ENDPOINT", "http://minio:9000"}});
  EXPECT_TRUE(settings->s3.path_style);
  settings = read({{"S3_BUCKET", "leads"},
                   {"S3_ENDPOINT", "https://store.example"},
                   {"S3_PATH_STYLE", "false"}});
  EXPECT_FALSE(settings->s3.path_style);
  EXPECT_THAT(read({{"S3_ENDPOINT", "http://minio:9000"}}).error().message,
              HasSubstr("S3_BUCKET: is needed"));
}

std::string text_of(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Settings, AreAllInTheExampleAndInTheDescriptionAndNoOthers) {
  std::set<std::string> read_names;
  const auto note = [&](std::string_view name) -> std::optional<std::string> {
    read_names.emplace(name);
    return std::nullopt;
  };
  ASSERT_TRUE(read_settings(note, ""));

  std::set<std::string> in_example;
  std::istringstream example(text_of(CSVM_SOURCE_FOLDER "/.env.example"));
  for (std::string line; std::getline(example, line);) {
    const auto equals = line.find('=');
    if (!line.starts_with('#') || line.starts_with("# ") || equals == std::string::npos) continue;
    in_example.insert(line.substr(1, equals - 1));
  }
  EXPECT_EQ(in_example, read_names);

  std::set<std::string> described;
  std::istringstream page(text_of(CSVM_SOURCE_FOLDER "/docs/settings.md"));
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("| `")) described.insert(line.substr(3, line.find('`', 3) - 3));
  }
  EXPECT_EQ(described, read_names);
}

// All that a regular expression's first group finds in a file of the project.
std::set<std::string> found_in(const std::string& file, const std::string& pattern) {
  const std::string text = text_of((CSVM_SOURCE_FOLDER "/" + file).c_str());
  const std::regex expression(pattern, std::regex::multiline);
  std::set<std::string> found;
  for (std::sregex_iterator at(text.begin(), text.end(), expression), end; at != end; ++at) {
    found.insert((*at)[1]);
  }
  return found;
}

TEST(Settings, ThatTheDeploymentSetsAreOnesThatThereAre) {
  std::set<std::string> known;
  const auto note = [&](std::string_view name) -> std::optional<std::string> {
    known.emplace(name);
    return std::nullopt;
  };
  ASSERT_TRUE(read_settings(note, ""));
  known.insert("TMPDIR");  // every program's

  const auto names_in = [](const std::set<std::string>& lines, const std::string& pattern) {
    const std::regex name(pattern);
    std::set<std::string> names;
    for (const std::string& line : lines) {
      for (std::sregex_iterator at(line.begin(), line.end(), name), end; at != end; ++at) {
        names.insert((*at)[1]);
      }
    }
    return names;
  };
  auto set_there = names_in(found_in("docs/deploy.md", "^\\| (`[A-Z][^|]*)\\|"), "`([A-Z0-9_]+)`");
  EXPECT_GT(set_there.size(), 12U);
  const auto in_image = names_in(found_in("Dockerfile", "^ENV (HOST=.*)$"), "([A-Z_]+)=");
  EXPECT_EQ(in_image.size(), 5U);
  set_there.insert(in_image.begin(), in_image.end());
  // The bucket's own two are not ours.
  set_there.merge(found_in("compose.yaml", "^ +((?!AWS_)[A-Z][A-Z0-9_]+): "));
  EXPECT_GT(set_there.size(), 14U);
  for (const std::string& name : set_there) EXPECT_TRUE(known.contains(name)) << name;
}

TEST(Settings, OfTheExampleAreTheDefaults) {
  std::string example = text_of(CSVM_SOURCE_FOLDER "/.env.example");
  std::string dotenv;
  std::istringstream lines(example);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('#') && !line.starts_with("# ")) dotenv += line.substr(1) + "\n";
  }
  const auto nothing = [](std::string_view) -> std::optional<std::string> { return std::nullopt; };
  const auto shown = read_settings(nothing, dotenv);
  const auto own = read_settings(nothing, "");
  ASSERT_TRUE(shown) << shown.error().message;
  ASSERT_TRUE(own);
  EXPECT_EQ(shown->host, own->host);
  EXPECT_EQ(shown->port, own->port);
  EXPECT_EQ(shown->production, own->production);
  EXPECT_EQ(shown->data_folder, own->data_folder);
  EXPECT_EQ(shown->behind_tls, own->behind_tls);
  EXPECT_EQ(shown->max_file_mb, own->max_file_mb);
  EXPECT_EQ(shown->max_files_per_session, own->max_files_per_session);
  EXPECT_EQ(shown->max_storage_per_session_mb, own->max_storage_per_session_mb);
  EXPECT_EQ(shown->max_jobs_at_once_per_session, own->max_jobs_at_once_per_session);
  EXPECT_EQ(shown->max_total_storage_gb, own->max_total_storage_gb);
  EXPECT_EQ(shown->requests_per_second, own->requests_per_second);
  EXPECT_EQ(shown->workers, own->workers);
  EXPECT_EQ(shown->job_lease, own->job_lease);
  EXPECT_EQ(shown->job_timeout, own->job_timeout);
  EXPECT_EQ(shown->match_threshold, own->match_threshold);
  EXPECT_EQ(shown->webhook_rate, own->webhook_rate);
  EXPECT_EQ(shown->webhook_timeout, own->webhook_timeout);
  EXPECT_EQ(shown->webhook_retries, own->webhook_retries);
  EXPECT_EQ(shown->webhook_backoff, own->webhook_backoff);
  EXPECT_EQ(shown->webhook_allow_private, own->webhook_allow_private);
  EXPECT_EQ(shown->session_ttl, own->session_ttl);
  EXPECT_EQ(shown->data_retention, own->data_retention);
  EXPECT_EQ(shown->cleanup_interval, own->cleanup_interval);
  EXPECT_EQ(shown->log_level, own->log_level);
  EXPECT_EQ(shown->log_as_json, own->log_as_json);
  EXPECT_EQ(shown->s3.region, own->s3.region);
  EXPECT_EQ(shown->s3.path_style, own->s3.path_style);
}

TEST(Settings, AnEmptyValueIsNoValue) {
  const auto settings = read({{"PORT", ""}});
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->port, 8080);
}

}  // namespace
}  // namespace csvm::app
