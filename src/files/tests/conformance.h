// conformance.h - what every implementation of `files::Files` must do, in conformance_test.cc.
// Instantiate `FilesConformance` with a way to open one.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "csvm/files.h"

namespace csvm::files {

/// Opens and reopens one storage. An instance is made for each test.
class Storage {
 public:
  virtual ~Storage() = default;
  virtual std::unique_ptr<Files> open() = 0;
};

struct Implementation {
  std::string name;
  std::function<std::unique_ptr<Storage>()> make;
  friend void PrintTo(const Implementation& one, std::ostream* out) { *out << one.name; }
};

class FilesConformance : public testing::TestWithParam<Implementation> {
 protected:
  std::unique_ptr<Storage> storage = GetParam().make();
  std::unique_ptr<Files> files = storage->open();

  void reopen() {
    files.reset();
    files = storage->open();
  }

  void put(const Place& place, std::string_view data) {
    auto writer = files->create(place);
    ASSERT_TRUE(writer) << writer.error().message;
    ASSERT_TRUE((*writer)->write(data));
    auto done = (*writer)->commit();
    ASSERT_TRUE(done) << done.error().message;
  }

  std::string content(const Place& place) {
    auto reader = files->open(place);
    if (!reader) return "<" + std::string(to_string(reader.error().code)) + ">";
    std::string data((*reader)->bytes(), '\0');
    auto got = (*reader)->read_at(0, data);
    if (!got || *got != data.size()) return "<short>";
    return data;
  }
};

const Place here{"session1", "file1"};

// Bytes that differ everywhere, so that no piece can be taken for another.
inline std::string many_bytes(std::size_t count) {
  std::string data(count, '\0');
  std::uint64_t state = count;
  for (char& c : data) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    c = static_cast<char>(state >> 56);
  }
  return data;
}

}  // namespace csvm::files
