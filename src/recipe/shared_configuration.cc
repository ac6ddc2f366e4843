#include <mutex>
#include <utility>

#include "csvm/recipe.h"
#include "json_reader.h"
#include "live_document.h"

namespace csvm::recipe {
namespace {

constexpr std::string_view shared_name = "the shared configuration";
constexpr int most_tries = 100;  // of a change that others get ahead of

}  // namespace

struct SharedConfiguration::State {
  Options options;
  std::mutex asking;  // one at a time, so that what was there before never replaces what is newer
  std::uint64_t known = 0;   // revision that was looked at last; below `asking`
  bool is_like_seed = true;  // of the start
  Guarded<Current> current{built_in_document()};

  Current now() {
    return current.with([](Current& all) { return all; });
  }

  // What lies there comes into force, or the reason why not. True when that is news. Below
  // `asking`.
  Result<bool> refresh() {
    const Stored stored = CSVM_TRY(options.place.load(known));
    if (stored.revision == known) return false;
    if (stored.revision == 0) {
      // The place lost all it had: what was in force goes on.
      const auto done = put(0, now().document);
      if (!done && done.error().code != Errc::conflict) return done.error();
      return false;
    }
    auto next = checked(stored.document, shared_name);
    known = stored.revision;
    current.with([&](Current& all) {
      if (next) {
        all = *std::move(next);
      } else {
        all.problem = next.error().message;
      }
    });
    return true;
  }

  // Below `asking`. `conflict`: another process was faster.
  Result<void> put(std::uint64_t expected, std::string_view document) {
    known = CSVM_TRY(options.place.put(expected, document));
    return {};
  }

  Result<bool> refresh_alone() {
    const std::lock_guard lock(asking);
    return refresh();
  }

  Result<Current> put_in_force(std::string_view document, std::string_view expected,
                               std::string_view name) {
    Current next = CSVM_TRY(checked(std::string(document), name));
    const std::lock_guard lock(asking);
    for (int tries = 0; tries < most_tries; ++tries) {
      CSVM_CHECK(refresh());
      if (!expected.empty() && now().tag != expected) return changed_by_others();
      const auto done = put(known, document);
      if (!done && done.error().code == Errc::conflict) continue;
      if (!done) return done.error();
      current.with([&](Current& all) { all = next; });
      return next;
    }
    return changed_by_others();
  }

  // The first process to come puts the seed there.
  Result<void> seed() {
    const auto document =
        read_document_file(options.seed_file, "mapping configuration", max_configuration_bytes);
    if (!document && document.error().code == Errc::not_found) return {};
    if (!document) return document.error();
    const Current first = CSVM_TRY(checked(*document, options.seed_file));
    if (known == 0) {
      const auto done = put(0, *document);
      if (!done && done.error().code != Errc::conflict) return done;
      if (done) current.with([&](Current& all) { all = first; });
      if (!done) CSVM_CHECK(refresh());
    }
    is_like_seed = now().tag == first.tag;
    return {};
  }

  void tell() const {
    if (options.changed) options.changed();
  }
};

SharedConfiguration::SharedConfiguration(std::unique_ptr<State> state) : state_(std::move(state)) {}
SharedConfiguration::~SharedConfiguration() = default;

Result<std::unique_ptr<SharedConfiguration>> SharedConfiguration::open(Options options) {
  auto state = std::make_unique<State>();
  state->options = std::move(options);
  {
    const std::lock_guard lock(state->asking);
    CSVM_CHECK(state->refresh());
    if (!state->options.seed_file.empty()) CSVM_CHECK(state->seed());
  }
  return std::unique_ptr<SharedConfiguration>(new SharedConfiguration(std::move(state)));
}

LiveConfiguration::Current SharedConfiguration::current() {
  const auto is_news = state_->refresh_alone();
  if (is_news && *is_news) state_->tell();
  return state_->now();
}

void SharedConfiguration::look() { current(); }

bool SharedConfiguration::differs_from_seed() const { return !state_->is_like_seed; }

Result<LiveConfiguration::Current> SharedConfiguration::replace(std::string_view document,
                                                                std::string_view expected) {
  Current next = CSVM_TRY(state_->put_in_force(document, expected, "the configuration"));
  state_->tell();
  return next;
}

Result<std::string> SharedConfiguration::back_up() {
  const std::string document = current().document;
  const std::string time = state_->options.time_name();
  for (int number = 1;; ++number) {
    std::string name = backup_name(time, number);
    const auto done = state_->options.place.add_backup(name, document);
    if (done) return name;
    if (done.error().code != Errc::conflict) return done.error();
  }
}

Result<std::vector<LiveConfiguration::Backup>> SharedConfiguration::backups() {
  return state_->options.place.backups();
}

Result<LiveConfiguration::Current> SharedConfiguration::restore(std::string_view name) {
  const auto document = state_->options.place.backup(name);
  if (!document && document.error().code == Errc::not_found) return no_such_backup(name);
  if (!document) return document.error();
  CSVM_CHECK(parse_mapping_configuration(*document, name));  // before anything is touched
  CSVM_CHECK(back_up());
  Current next = CSVM_TRY(state_->put_in_force(*document, "", name));
  state_->tell();
  return next;
}

}  // namespace csvm::recipe
