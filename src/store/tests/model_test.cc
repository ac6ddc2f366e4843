// Random operations on the queue, compared step by step with a plain model in memory.
#include <algorithm>
#include <map>
#include <tuple>

#include "implementations.h"

namespace csvm::store {
namespace {

struct ModelJob {
  std::string id, session;
  Mode mode = Mode::download;
  JobState state = JobState::queued;
  Phase phase = Phase::merge;
  bool leased = false, cancel = false;
  Time lease_until;
  Lease lease;
  std::uint32_t attempts = 0;
};

class Model {
 public:
  Model(Store& store, Surroundings& surroundings, const Options& options, unsigned seed)
      : store_(store), surroundings_(surroundings), options_(options), random_(seed) {}

  void add_session() {
    const auto session = *store_.create_session();
    const auto upload = *store_.create_upload(session.id);
    const auto file = *store_.add_file(session.id, upload.id, "x", 1);
    ASSERT_TRUE(store_.complete_file(session.id, file.id, 1, ""));
    sessions_.emplace_back(session.id, upload.id);
  }

  void step() {
    switch (roll(12)) {
      case 0:
      case 1:
        return create();
      case 2:
      case 3:
      case 4:
        return claim();
      case 5:
        return on_job("cancel", [&](ModelJob& job) { cancel(job); });
      case 6:
        return on_job("pause", [&](ModelJob& job) { pause(job); });
      case 7:
        return on_job("resume", [&](ModelJob& job) { resume(job); });
      case 8:
        surroundings_.pass(seconds(roll(8)));
        return;
      case 9:
        return on_job("heartbeat", [&](ModelJob& job) { heartbeat(job); });
      case 10:
        return on_job("complete", [&](ModelJob& job) { complete(job); });
      default:
        return on_job("release", [&](ModelJob& job) { release(job); });
    }
  }

  // Every job is as the model has it, and no session works on more than it may, but for jobs that
  // went on from a pause with their worker.
  void compare() {
    for (const auto& job : jobs_) {
      const auto found = store_.find_job(job.session, job.id);
      ASSERT_TRUE(found);
      ASSERT_EQ(to_string(found->state), to_string(job.state)) << job.id;
      ASSERT_EQ(found->phase, job.phase);
      ASSERT_EQ(found->attempts, job.attempts) << job.id;
      ASSERT_EQ(found->cancel_requested && !has_ended(job.state), job.cancel);
    }
    const auto totals = *store_.totals();
    ASSERT_EQ(totals.active_jobs, count([](const ModelJob& job) { return !has_ended(job.state); }));
    ASSERT_EQ(totals.running_jobs, count([](const ModelJob& job) { return job.leased; }));
  }

 private:
  unsigned roll(unsigned sides) { return static_cast<unsigned>(random_() % sides); }

  template <class Is>
  Count count(Is is) const {
    return static_cast<Count>(std::count_if(jobs_.begin(), jobs_.end(), is));
  }

  template <class Act>
  void on_job(const char* what, Act act) {
    if (jobs_.empty()) return;
    SCOPED_TRACE(what);
    act(jobs_[roll(static_cast<unsigned>(jobs_.size()))]);
  }

  void create() {
    const auto& [session, upload] = sessions_[roll(static_cast<unsigned>(sessions_.size()))];
    NewJob wanted;
    wanted.upload_id = upload;
    wanted.mode = roll(2) == 0 ? Mode::download : Mode::webhook;
    const auto made = store_.create_job(session, wanted);
    ASSERT_TRUE(made);
    ModelJob job;
    job.id = made->id;
    job.session = session;
    job.mode = wanted.mode;
    jobs_.push_back(job);
  }

  void end(ModelJob& job, JobState state) {
    job.state = state;
    job.leased = job.cancel = false;
    job.attempts = 0;
  }

  // Jobs whose lease ran out come first, the oldest lease first; otherwise the store may choose any
  // that waits, as long as the session has a place.
  void claim() {
    const std::array phases = {roll(2) == 0 ? Phase::merge : Phase::deliver};
    const Time now = surroundings_.now();
    const auto claimed = store_.claim("w", phases);
    ASSERT_TRUE(claimed);
    ModelJob* taken = nullptr;
    for (;;) {
      ModelJob* lost = nullptr;
      for (auto& job : jobs_) {
        if (job.leased && job.lease_until <= now && job.phase == phases[0] &&
            (lost == nullptr || job.lease_until < lost->lease_until)) {
          lost = &job;
        }
      }
      if (lost == nullptr) break;
      if (lost->cancel) {
        end(*lost, JobState::cancelled);
      } else if (lost->state == JobState::paused) {
        lost->leased = false;
      } else if (lost->attempts >= options_.max_crashes) {
        end(*lost, JobState::failed);
      } else {
        taken = lost;
        break;
      }
    }
    if (!*claimed) {
      ASSERT_EQ(taken, nullptr) << "a lost job was not taken up";
      for (const auto& job : jobs_) {
        const bool waits = !job.leased && job.phase == phases[0] &&
                           (job.state == JobState::queued || job.state == JobState::sending);
        // One that waits may wait only because others of its session stand before it.
        if (!waits) continue;
        ASSERT_NE(options_.limits.jobs_at_once_per_session, 0u);
        ASSERT_GE(before(job), options_.limits.jobs_at_once_per_session);
      }
      return;
    }
    const Claim& claim = **claimed;
    const auto found = std::find_if(jobs_.begin(), jobs_.end(),
                                    [&](const auto& job) { return job.id == claim.job.id; });
    ASSERT_NE(found, jobs_.end());
    if (taken != nullptr) {
      ASSERT_EQ(taken->lease_until, found->lease_until);
      ASSERT_TRUE(found->leased);
    } else {
      ASSERT_FALSE(found->leased);
      ASSERT_TRUE(found->state == JobState::queued || found->state == JobState::sending);
    }
    ASSERT_EQ(found->phase, phases[0]);
    ASSERT_GT(claim.lease.token, found->lease.token);
    found->lease = claim.lease;
    found->lease_until = claim.lease.expires_at;
    found->leased = true;
    ++found->attempts;
    found->state = found->phase == Phase::merge ? JobState::processing : JobState::sending;
  }

  // Places of its session that others have or may have before it.
  Count before(const ModelJob& job) const {
    return count([&](const ModelJob& other) {
      return &other != &job && other.session == job.session && other.phase == job.phase &&
             !has_ended(other.state) && other.state != JobState::paused;
    });
  }

  void cancel(ModelJob& job) {
    const auto done = store_.cancel_job(job.session, job.id);
    ASSERT_EQ(done.has_value(), !has_ended(job.state));
    if (!done) return;
    if (job.leased && job.lease_until > surroundings_.now()) {
      job.cancel = true;
    } else {
      end(job, JobState::cancelled);
    }
  }

  void pause(ModelJob& job) {
    const bool may = job.phase == Phase::deliver &&
                     (job.state == JobState::sending || job.state == JobState::queued);
    ASSERT_EQ(store_.pause_job(job.session, job.id).has_value(), may);
    if (may) job.state = JobState::paused;
  }

  void resume(ModelJob& job) {
    const bool may = job.state == JobState::paused;
    ASSERT_EQ(store_.resume_job(job.session, job.id).has_value(), may);
    if (!may) return;
    job.state = JobState::sending;
    if (!job.leased) job.attempts = 0;
    if (!job.leased) job.cancel = false;
  }

  void heartbeat(ModelJob& job) {
    const auto done = store_.heartbeat(job.lease.token == 0 ? Lease{job.id, 0, {}} : job.lease, {});
    ASSERT_EQ(done.has_value(), job.leased);
    if (!done) return;
    ASSERT_EQ(done->cancel, job.cancel);
    ASSERT_EQ(done->pause, job.state == JobState::paused);
    job.lease_until = surroundings_.now() + options_.lease;
  }

  void complete(ModelJob& job) {
    const auto done = store_.complete({job.id, job.lease.token, {}}, {}, {});
    ASSERT_EQ(done.has_value(), job.leased);
    if (!done) return;
    if (job.cancel) {
      end(job, JobState::cancelled);
    } else if (job.phase == Phase::merge && job.mode == Mode::webhook) {
      end(job, JobState::sending);
      job.phase = Phase::deliver;
    } else {
      end(job, JobState::completed);
    }
    ASSERT_EQ(*done, job.state);
  }

  void release(ModelJob& job) {
    const auto done = store_.release({job.id, job.lease.token, {}});
    ASSERT_EQ(done.has_value(), job.leased);
    if (!done) return;
    if (job.cancel) {
      end(job, JobState::cancelled);
    } else if (job.state == JobState::paused) {
      end(job, JobState::paused);
    } else {
      end(job, job.phase == Phase::merge ? JobState::queued : JobState::sending);
    }
  }

  Store& store_;
  Surroundings& surroundings_;
  const Options& options_;
  std::mt19937 random_;
  std::vector<std::pair<std::string, std::string>> sessions_;
  std::vector<ModelJob> jobs_;
};

class QueueModel : public testing::TestWithParam<std::tuple<Implementation, unsigned>> {};

TEST_P(QueueModel, RandomOperationsLeaveTheStoreAsTheModelSays) {
  const auto& [implementation, seed] = GetParam();
  const auto place = implementation.make();
  Surroundings surroundings;
  Options options = surroundings.options();
  options.limits.jobs_at_once_per_session = seed % 4;  // 0: no limit
  auto store = place->open(options);
  Model model(*store, surroundings, options, seed);
  for (int i = 0; i < 3; ++i) model.add_session();
  for (int i = 0; i < 250; ++i) {
    SCOPED_TRACE("seed " + std::to_string(seed) + ", step " + std::to_string(i));
    model.step();
    if (HasFatalFailure()) return;
    if (i % 5 == 0) model.compare();
    if (HasFatalFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Seeds, QueueModel, testing::Combine(testing::ValuesIn(implementations), testing::Range(1u, 9u)),
    [](const auto& one) {
      return std::get<0>(one.param).name + "_" + std::to_string(std::get<1>(one.param));
    });

}  // namespace
}  // namespace csvm::store
