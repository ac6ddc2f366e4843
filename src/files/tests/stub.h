// stub.h - s3_stub.py as a child process, and one bucket of it for each test.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "conformance.h"

namespace csvm::files {

/// The address of the one stub of this program, started at the first call and ended with the
/// program.
const std::string& stub_url();

/// A bucket of its own on the stub, and a folder for scratch files.
class StubBucket final : public Storage {
 public:
  StubBucket();
  ~StubBucket() override;
  std::unique_ptr<Files> open() override;

  /// Changes the bucket: see s3_stub.py.
  void set(const std::string& json);
  /// What the stub tells of the bucket, as JSON.
  std::string state() const;
  /// A number in it, as `"requests": 12`.
  std::uint64_t number(const std::string& name) const;

  BucketSettings settings;

 private:
  std::filesystem::path folder_;
};

}  // namespace csvm::files
