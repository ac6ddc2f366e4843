// service_fixture.h - a real store and real files in a folder of their own, with a clock to turn.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <random>

#include "csvm/jobs.h"

namespace csvm::jobs {

class ServiceFixture : public testing::Test {
 protected:
  ServiceFixture() {
    std::string name = (std::filesystem::temp_directory_path() / "csvm_jobs_XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    open();
  }
  ~ServiceFixture() override {
    store_.reset();
    files_.reset();
    std::filesystem::remove_all(folder_);
  }

  void open() {
    auto opened_files = files::open_local((folder_ / "files").string());
    ASSERT_TRUE(opened_files) << opened_files.error().message;
    files_ = *std::move(opened_files);
    store::Options options;
    options.now = [this] { return store::Time(std::chrono::milliseconds(now_.load())); };
    options.random = [this](std::span<std::byte> bytes) {
      random_.with([&](std::mt19937_64& random) {
        for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
      });
    };
    options.job_changed = [this](store::Id, store::Id) {
      const std::lock_guard lock(mutex_);
      ++changes_;
      changed_.notify_all();
    };
    auto opened_store = store::open_sqlite((folder_ / "store.db").string(), std::move(options));
    ASSERT_TRUE(opened_store) << opened_store.error().message;
    store_ = *std::move(opened_store);
    session_ = *store_->create_session();
  }

  Environment environment() {
    return {*store_,
            *files_,
            [] {
              return std::make_shared<const recipe::MappingConfiguration>(
                  recipe::built_in_configuration());
            },
            [this] { return static_cast<double>(now_.load()) / 1000; },
            nullptr,
            "test"};
  }

  /// A received file; returns the id of its upload.
  std::string upload(const std::string& name, std::string_view content,
                     std::string upload_id = "") {
    if (upload_id.empty()) upload_id = store_->create_upload(session_.id)->id;
    const auto file = store_->add_file(session_.id, upload_id, name, content.size());
    EXPECT_TRUE(file) << file.error().message;
    auto writer = files_->create({session_.id, file->id});
    EXPECT_TRUE(writer && (*writer)->write(content) && (*writer)->commit());
    EXPECT_TRUE(store_->complete_file(session_.id, file->id, content.size(), ""));
    return upload_id;
  }

  store::Job begin(const std::string& upload_id, std::string recipe = "{}") {
    store::NewJob wishes;
    wishes.upload_id = upload_id;
    wishes.recipe = std::move(recipe);
    const auto job = store_->create_job(session_.id, wishes);
    EXPECT_TRUE(job) << job.error().message;
    return *job;
  }

  store::Job job_now(const std::string& id) { return *store_->find_job(session_.id, id); }

  /// Waits for changes of jobs until `holds`.
  template <class Condition>
  void wait_until(Condition holds) {
    for (;;) {
      std::uint64_t seen = 0;
      {
        const std::lock_guard lock(mutex_);
        seen = changes_;
      }
      if (holds()) return;
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return changes_ != seen; });
    }
  }
  store::Job wait_for_end(const std::string& id) {
    wait_until([&] { return store::has_ended(job_now(id).state); });
    return job_now(id);
  }

  std::string content(const store::Job& job, std::string_view part) {
    for (const store::ResultFile& result : job.results) {
      if (result.part != part) continue;
      auto reader = files_->open({session_.id, result.name});
      EXPECT_TRUE(reader);
      std::string text((*reader)->bytes(), '\0');
      EXPECT_TRUE((*reader)->read_at(0, text));
      return text;
    }
    return "(no such part)";
  }

  void turn_clock(std::chrono::milliseconds by) { now_ += by.count(); }
  store::Time now() const { return store::Time(std::chrono::milliseconds(now_.load())); }

  std::filesystem::path folder_;
  std::atomic<std::int64_t> now_ = 1'700'000'000'000;
  Guarded<std::mt19937_64> random_{std::mt19937_64(1)};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t changes_ = 0;
  std::unique_ptr<files::Files> files_;
  std::unique_ptr<store::Store> store_;
  store::NewSession session_;
};

inline constexpr std::string_view apollo =
    "First Name,Last Name,Company,Email,Notes\n"
    "Ada,Lovelace,Engine Works,ada@engine.example,\n"
    "Grace,Hopper,Compiler Co,grace@compiler.example,met in May\n";
inline constexpr std::string_view hubspot =
    "first name;last name;company name;job title;email\n"
    "Ada;Lovelace;Engine Works;Analyst;ada@engine.example\n"
    "Linus;Kernel;Kernel Ltd;Maintainer;linus@kernel.example\n";

}  // namespace csvm::jobs
