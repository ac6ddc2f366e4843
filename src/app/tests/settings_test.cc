#include "settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
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

TEST(Settings, AnEmptyValueIsNoValue) {
  const auto settings = read({{"PORT", ""}});
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->port, 8080);
}

}  // namespace
}  // namespace csvm::app
