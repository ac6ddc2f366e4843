#include "csvm/store.h"

namespace csvm::store {

Text to_string(TableType value) { return value == TableType::people ? "people" : "company"; }

Text to_string(Mode value) { return value == Mode::download ? "download" : "webhook"; }

Text to_string(JobState value) {
  switch (value) {
    case JobState::queued:
      return "queued";
    case JobState::processing:
      return "processing";
    case JobState::sending:
      return "sending";
    case JobState::paused:
      return "paused";
    case JobState::completed:
      return "completed";
    case JobState::failed:
      return "failed";
    case JobState::cancelled:
      return "cancelled";
  }
  return "";
}

Text to_string(Stage value) {
  switch (value) {
    case Stage::reading:
      return "reading";
    case Stage::mapping:
      return "mapping";
    case Stage::cleaning:
      return "cleaning";
    case Stage::matching:
      return "matching";
    case Stage::writing:
      return "writing";
    case Stage::sending:
      return "sending";
  }
  return "";
}

bool has_ended(JobState state) { return state >= JobState::completed; }

}  // namespace csvm::store
