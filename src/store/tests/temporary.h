// A SQLite database in a folder of its own.
#pragma once

#include <cstdlib>

#include <filesystem>
#include <string>

#include "conformance.h"

namespace csvm::store {

class SqliteFile final : public Place {
 public:
  SqliteFile() {
    std::string name = (std::filesystem::temp_directory_path() / "csvm-store-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~SqliteFile() override { std::filesystem::remove_all(folder_); }
  std::unique_ptr<Store> open(Options options) override {
    auto opened = open_sqlite(path(), std::move(options));
    EXPECT_TRUE(opened) << opened.error().message;
    return opened ? std::move(*opened) : nullptr;
  }
  std::string path() const { return folder_ + "/store.db"; }
  const std::string& folder() const { return folder_; }

 private:
  std::string folder_;
};

}  // namespace csvm::store
