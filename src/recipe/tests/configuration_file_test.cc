#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>

#include "csvm/recipe.h"

namespace csvm::recipe {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr std::string_view one_field = R"({"people_mappings": {"First Name": ["fname"]}})";
constexpr std::string_view other_field = R"({"people_mappings": {"Last Name": ["lname"]}})";

// Counts calls, and waits for the next one.
class Bell {
 public:
  void ring() {
    const std::lock_guard lock(mutex_);
    ++rung_;
    heard_.notify_all();
  }
  /// Waits until `holds` after a ring; the test's own timeout ends a wait that never does.
  template <class Condition>
  void wait_until(Condition holds) {
    std::unique_lock lock(mutex_);
    while (!holds()) {
      const auto seen = rung_;
      heard_.wait(lock, [&] { return rung_ != seen || holds(); });
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable heard_;
  int rung_ = 0;
};

class ConfigurationFileTest : public testing::Test {
 protected:
  ConfigurationFileTest() {
    std::string name = (fs::temp_directory_path() / "csvm_configuration_XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~ConfigurationFileTest() override {
    file_.reset();
    fs::remove_all(folder_);
  }

  std::string path() const { return (folder_ / "mappings.json").string(); }
  void write(std::string_view text) const { std::ofstream(path(), std::ios::binary) << text; }
  void open() {
    ConfigurationFile::Options options;
    options.path = path();
    options.backup_folder = (folder_ / "backups").string();
    options.time_name = [] { return std::string("2024-01-15T10-30-00Z"); };
    options.changed = [this] { bell_.ring(); };
    auto opened = ConfigurationFile::open(std::move(options));
    ASSERT_TRUE(opened) << opened.error().message;
    file_ = *std::move(opened);
  }
  std::string first_field() const { return file_->current().value->people.fields.front().name; }
  std::size_t fields() const { return file_->current().value->people.fields.size(); }

  fs::path folder_;
  Bell bell_;
  std::unique_ptr<ConfigurationFile> file_;
};

TEST_F(ConfigurationFileTest, WithoutAFileTheBuiltInConfigurationHolds) {
  open();
  EXPECT_EQ(fields(), built_in_configuration().people.fields.size());
  EXPECT_FALSE(fs::exists(path()));
}

TEST_F(ConfigurationFileTest, TakesInAFileThatIsWrittenInPlace) {
  write(one_field);
  open();
  EXPECT_EQ(first_field(), "First Name");
  write(other_field);
  bell_.wait_until([&] { return first_field() == "Last Name"; });
}

TEST_F(ConfigurationFileTest, TakesInAFileThatAnEditorPutsInItsPlace) {
  write(one_field);
  open();
  std::ofstream(path() + "~", std::ios::binary) << other_field;
  fs::rename(path() + "~", path());
  bell_.wait_until([&] { return first_field() == "Last Name"; });
}

TEST_F(ConfigurationFileTest, KeepsTheOldOneWhenTheFileIsBrokenAndSaysWhy) {
  write(one_field);
  open();
  write("{\"people_mappings\": 7}");
  bell_.wait_until([&] { return !file_->current().problem.empty(); });
  EXPECT_EQ(first_field(), "First Name");
  EXPECT_THAT(file_->current().problem, HasSubstr("people_mappings"));
  write(other_field);
  bell_.wait_until([&] { return file_->current().problem.empty(); });
  EXPECT_EQ(first_field(), "Last Name");
}

TEST_F(ConfigurationFileTest, RefusesToStartWithABrokenFile) {
  write("{");
  ConfigurationFile::Options options;
  options.path = path();
  const auto opened = ConfigurationFile::open(std::move(options));
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message, HasSubstr("mappings.json, line 1"));
}

TEST_F(ConfigurationFileTest, ReplacesOnlyWhatTheCallerHasSeen) {
  write(one_field);
  open();
  const std::string seen = file_->current().tag;
  ASSERT_TRUE(file_->replace(other_field, seen));
  EXPECT_EQ(first_field(), "Last Name");
  const auto late = file_->replace(one_field, seen);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Errc::conflict);
  EXPECT_EQ(first_field(), "Last Name");
}

TEST_F(ConfigurationFileTest, RefusesABrokenDocumentWithoutTouchingTheFile) {
  write(one_field);
  open();
  const auto replaced = file_->replace("{\"people_mappings\": []}", "");
  ASSERT_FALSE(replaced);
  EXPECT_EQ(replaced.error().code, Errc::invalid_input);
  EXPECT_EQ(first_field(), "First Name");
  std::ifstream file(path());
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), one_field);
}

TEST_F(ConfigurationFileTest, RestoresABackupAndBacksUpWhatWas) {
  write(one_field);
  open();
  const auto name = file_->back_up();
  ASSERT_TRUE(name) << name.error().message;
  EXPECT_EQ(*name, "field_mappings_2024-01-15T10-30-00Z.json");
  ASSERT_TRUE(file_->replace(other_field, ""));
  ASSERT_TRUE(file_->restore(*name));
  EXPECT_EQ(first_field(), "First Name");
  const auto backups = file_->backups();
  ASSERT_TRUE(backups);
  ASSERT_EQ(backups->size(), 2U);
  ASSERT_TRUE(file_->restore("field_mappings_2024-01-15T10-30-00Z_2.json"));
  EXPECT_EQ(first_field(), "Last Name");
}

TEST_F(ConfigurationFileTest, NamesThatAreNoBackupsAreNotFound) {
  open();
  for (const char* name : {"../mappings.json", "field_mappings_../../x.json", "x", ""}) {
    const auto restored = file_->restore(name);
    ASSERT_FALSE(restored) << name;
    EXPECT_EQ(restored.error().code, Errc::not_found) << name;
  }
}

}  // namespace
}  // namespace csvm::recipe
