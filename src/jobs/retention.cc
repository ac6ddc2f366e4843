#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <unordered_set>

#include "csvm/jobs.h"

namespace csvm::jobs {
namespace {

// Younger bytes may belong to what is just being entered in the store.
constexpr auto orphan_age = std::chrono::hours(1);

class Cleaner {
 public:
  Cleaner(const Environment& environment, store::Time now) : environment_(environment), now_(now) {}

  Result<CleanUp> clean() {
    const store::Removed removed = CSVM_TRY(environment_.store.remove_expired());
    done_.sessions = removed.sessions.size();
    done_.uploads = removed.uploads;
    done_.jobs = removed.jobs;
    for (const store::StoredFile& file : removed.files) {
      remove({file.session_id, file.name});
    }
    for (const std::string& session : removed.sessions) remove_session(session);

    // Bytes that nobody knows of: left by a crash between store and files, or by a failed removal.
    const auto known = CSVM_TRY(environment_.store.session_ids());
    const std::unordered_set<std::string> sessions(known.begin(), known.end());
    for (const std::string& session : CSVM_TRY(environment_.files.sessions())) {
      const auto entries = environment_.files.list(session);
      if (!entries) {
        say(entries.error());
        continue;
      }
      if (sessions.contains(session)) {
        remove_orphans(session, *entries);
      } else if (std::ranges::all_of(*entries, [&](const auto& entry) { return is_old(entry); })) {
        remove_session(session);
      }
    }
    return done_;
  }

 private:
  bool is_old(const files::Entry& entry) const { return entry.modified_at + orphan_age <= now_; }

  void remove_orphans(const std::string& session, const std::vector<files::Entry>& entries) {
    const auto owned = environment_.store.files_of(session);
    if (!owned) {
      // Not knowing what is owned, nothing is an orphan.
      if (owned.error().code != Errc::not_found) say(owned.error());
      return;
    }
    std::unordered_set<std::string> names;
    for (const store::StoredFile& file : *owned) names.insert(file.name);
    for (const files::Entry& entry : entries) {
      if (!names.contains(entry.name) && is_old(entry)) remove({session, entry.name});
    }
  }

  void remove(const files::Place& place) {
    const auto removed = environment_.files.remove(place);
    if (removed) {
      ++done_.files;
    } else {
      say(removed.error());
    }
  }
  void remove_session(const std::string& session) {
    const auto entries = environment_.files.list(session);
    const auto removed = environment_.files.remove_session(session);
    if (!removed) return say(removed.error());
    if (entries) done_.files += entries->size();
  }
  void say(const Error& error) const {
    if (environment_.log) environment_.log->warn("clean-up: {}", error.message);
  }

  const Environment& environment_;
  const store::Time now_;
  CleanUp done_;
};

}  // namespace

Result<CleanUp> clean_up(const Environment& environment, store::Time now) {
  return Cleaner(environment, now).clean();
}

}  // namespace csvm::jobs
