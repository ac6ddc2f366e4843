// live.h - changes of jobs, told to the pages that look at them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "context.h"

namespace csvm::api {

/// Sends at most five updates a second of each job to the clients of its session. What changes
/// faster is told once, as it is then: a client gets states, not every step.
/// Threads: every member from any thread.
class Live {
 public:
  explicit Live(Context& context) : context_(context) {}

  void add_to(server::SocketHub& hub);
  void start(server::Server& server);
  void stop();

  void job_changed(std::string_view session, std::string_view job);
  void configuration_changed();
  void end_session(std::string_view session);

  /// The state of a job as it is sent, with the next sequence number.
  boost::json::object snapshot(const store::Job& job);

 private:
  struct Pending {
    std::unordered_map<std::string, std::string> jobs;  // job -> session, changed since last told
    std::unordered_map<std::string, double> told_at;    // of the jobs told in the last 0.2 s
    bool configuration = false;
  };
  /// What may be told now; the rest stays.
  Pending take_due();
  static server::Task<void> tell_regularly(std::shared_ptr<struct LiveLoop> loop);
  void tell();
  bool is_new_end(const store::Job& job);
  void tell_failures(const store::Job& job, const std::string& room);
  void emit(const std::string& room, const std::string& name, const boost::json::value& body,
            std::string replaces);

  Context& context_;
  server::SocketHub* hub_ = nullptr;
  Guarded<Pending> pending_;
  Guarded<std::uint64_t> sequence_{0};
  Guarded<std::unordered_set<std::string>> ended_;  // jobs whose end was told
  struct Failures {
    std::uint64_t told = 0;
    double told_at = 0;
  };
  Guarded<std::unordered_map<std::string, Failures>> failures_;  // by job
  std::shared_ptr<struct LiveLoop> loop_;
};

}  // namespace csvm::api
