// api_fixture.h - an Api over a real store and real files in a folder of their own; no server.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <random>

#include "context.h"

namespace csvm::api {

class ApiFixture : public testing::Test {
 protected:
  ApiFixture() : pool_(1), long_pool_(1), outer_pool_(1) {
    std::string name = (std::filesystem::temp_directory_path() / "csvm_api_XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    files_ = *files::open_local((folder_ / "files").string());
    store::Options options;
    options.now = [] { return store::Time(std::chrono::hours(24 * 365 * 55)); };
    options.random = [this](std::span<std::byte> bytes) {
      random_.with([&](std::mt19937_64& random) {
        for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
      });
    };
    store_ = *store::open_sqlite((folder_ / "store.db").string(), std::move(options));
    recipe::ConfigurationFile::Options file;
    file.path = (folder_ / "field_mappings.json").string();
    file.backup_folder = (folder_ / "backups").string();
    file.time_name = [] { return std::string("2024-01-15T10-30-00Z"); };
    configuration_ = *recipe::ConfigurationFile::open(std::move(file));
    environment_.emplace(jobs::Environment{*store_, *files_,
                                           [this] { return configuration_->current().value; },
                                           [] { return 0.0; }, nullptr, "test"});
    jobs::WorkerSettings none;
    none.concurrency = 0;
    workers_ = jobs::Workers::start(*environment_, none);
    api_ = std::make_unique<Api>(
        Settings{}, Parts{*environment_, *workers_, *configuration_, pool_, long_pool_, outer_pool_,
                          [] { return store::Time(std::chrono::hours(24 * 365 * 55)); }});
  }
  ~ApiFixture() override {
    pool_.join();
    long_pool_.join();
    outer_pool_.join();
    api_.reset();
    workers_.reset();
    configuration_.reset();
    store_.reset();
    files_.reset();
    std::filesystem::remove_all(folder_);
  }

  Api& api() { return *api_; }

 private:
  boost::asio::thread_pool pool_;
  boost::asio::thread_pool long_pool_;
  boost::asio::thread_pool outer_pool_;
  std::filesystem::path folder_;
  Guarded<std::mt19937_64> random_{std::mt19937_64(1)};
  std::unique_ptr<files::Files> files_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<recipe::ConfigurationFile> configuration_;
  std::optional<jobs::Environment> environment_;
  std::unique_ptr<jobs::Workers> workers_;
  std::unique_ptr<Api> api_;
};

}  // namespace csvm::api
