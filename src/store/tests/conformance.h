// What every implementation of `store::Store` must do. Instantiate `StoreConformance` with a way to
// open one and include the four files of tests.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <ostream>
#include <random>
#include <string>
#include <vector>

#include "csvm/store.h"

namespace csvm::store {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

/// One place where a store lies, empty at first. `open` may be called again when the store it
/// returned is gone.
class Place {
 public:
  virtual ~Place() = default;
  virtual std::unique_ptr<Store> open(Options options) = 0;
};

struct Implementation {
  std::string name;
  std::function<std::unique_ptr<Place>()> make;
  friend void PrintTo(const Implementation& one, std::ostream* out) { *out << one.name; }
};

/// Options whose time and chance a test commands.
class Surroundings {
 public:
  Options options() {
    Options made;
    made.now = [this] { return Time(Duration(now_ms_.load())); };
    made.random = [this](std::span<std::byte> out) {
      random_.with([&](auto& engine) {
        for (auto& byte : out) byte = static_cast<std::byte>(engine());
      });
    };
    return made;
  }
  void pass(Duration time) { now_ms_ += time.count(); }
  Time now() const { return Time(Duration(now_ms_.load())); }

 private:
  std::atomic<std::int64_t> now_ms_ = 1'700'000'000'000;
  Guarded<std::mt19937_64> random_;
};

constexpr std::array any_phase = {Phase::merge, Phase::deliver};
constexpr std::array merge_only = {Phase::merge};
constexpr std::array deliver_only = {Phase::deliver};

class StoreConformance : public testing::TestWithParam<Implementation> {
 protected:
  Surroundings surroundings;
  Options options = surroundings.options();
  std::unique_ptr<Place> place = GetParam().make();
  std::unique_ptr<Store> store = place->open(options);

  void reopen() {
    store.reset();
    store = place->open(options);
  }

  std::string new_session() {
    auto made = store->create_session();
    EXPECT_TRUE(made) << made.error().message;
    return made ? made->id : "";
  }

  std::string new_upload(const std::string& session, Count bytes = 100) {
    auto upload = store->create_upload(session);
    EXPECT_TRUE(upload) << upload.error().message;
    auto file = store->add_file(session, upload->id, "leads.csv", bytes);
    EXPECT_TRUE(file) << file.error().message;
    auto done = store->complete_file(session, file->id, bytes, "{}");
    EXPECT_TRUE(done) << done.error().message;
    return upload->id;
  }

  Job new_job(const std::string& session, Mode mode = Mode::download) {
    NewJob wanted;
    wanted.upload_id = new_upload(session);
    wanted.mode = mode;
    if (mode == Mode::webhook) wanted.webhook.url = "https://receiver.example/hook";
    auto job = store->create_job(session, wanted);
    EXPECT_TRUE(job) << job.error().message;
    return job ? *job : Job();
  }

  Claim claim_one(std::span<const Phase> phases = any_phase) {
    auto claimed = store->claim("worker", phases);
    EXPECT_TRUE(claimed) << claimed.error().message;
    EXPECT_TRUE(claimed && *claimed) << "nothing to claim";
    return claimed && *claimed ? **claimed : Claim();
  }

  bool nothing_to_claim() {
    auto claimed = store->claim("worker", any_phase);
    EXPECT_TRUE(claimed) << claimed.error().message;
    return claimed && !*claimed;
  }

  JobState state_of(const Job& job) {
    auto found = store->find_job(job.session_id, job.id);
    EXPECT_TRUE(found) << found.error().message;
    return found ? found->state : JobState::failed;
  }

  /// A job whose merge is done and whose deliveries a worker now makes.
  Claim sending_job(const std::string& session) {
    merged_job(session);
    return claim_one(deliver_only);
  }
  /// One that has yet to be sent.
  Job merged_job(const std::string& session) {
    const Job job = new_job(session, Mode::webhook);
    const Claim merge = claim_one(merge_only);
    EXPECT_EQ(merge.job.id, job.id);
    EXPECT_EQ(*store->complete(merge.lease, {}, std::vector<ResultFile>{{"csv", "result", 10}}),
              JobState::sending);
    return job;
  }
};

/// The code of a failed result; a success is a failure of the test.
template <class T>
Errc code_of(const Result<T>& result) {
  EXPECT_FALSE(result) << "it succeeded";
  return result ? Errc::internal : result.error().code;
}

}  // namespace csvm::store
