#include "refusals.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace csvm::store {
namespace {

constexpr std::size_t longest_excerpt = 500;

std::string in_mib(Count bytes) {
  if (bytes % (Count{1} << 20) == 0) return fmt::format("{} MB", bytes >> 20);
  return fmt::format("{} bytes", bytes);
}

Text text_of(Why why) {
  switch (why) {
    case Why::cancel:
      return "there is nothing left to cancel";
    case Why::pause:
      return "only a job that is sending can be paused";
    case Why::resume:
      return "only a paused job can go on";
    case Why::rate:
      return "it sends nothing that could have a rate";
    case Why::late_rate:
      return "its rate no longer matters";
    case Why::deliver:
      return "wait for its end to send its result";
    case Why::no_result:
      return "it has no result that could be sent";
    case Why::retry:
      return "deliveries are sent again only after a job has ended by itself";
    case Why::nothing_sent:
      return "it has sent nothing";
    case Why::remove:
      return "cancel it before it is removed";
  }
  return "";
}

}  // namespace

Error no_such(Text what) {
  return {Errc::not_found,
          fmt::format("there is no such {}: it was removed, or its time is over", what)};
}

Error not_now(JobState state, Why why) {
  return {Errc::conflict, fmt::format("the job is {}: {}", to_string(state), text_of(why))};
}

Error taken_over(Text job) {
  return {Errc::conflict,
          fmt::format("job {} was taken over or has ended: this worker has to let go of it", job)};
}

Error nobody_asked_to_cancel() {
  return {Errc::conflict, "nobody asked to cancel the job: hand it back instead"};
}

Error sends_nothing() {
  return {Errc::conflict, "the job sends nothing: it was made for a download"};
}

Error too_many_files(Count most) {
  return {Errc::limit_exceeded,
          fmt::format("a session holds at most {} files: remove some first", most)};
}

Error file_too_large(Count limit) {
  return {Errc::limit_exceeded, fmt::format("a file may have at most {}: split it", in_mib(limit))};
}

Error session_full(Count limit) {
  return {Errc::limit_exceeded,
          fmt::format("a session holds at most {}: remove files or jobs first", in_mib(limit))};
}

Error service_full(Count limit) {
  return {Errc::limit_exceeded,
          fmt::format("the storage of this service is full ({}): try again later", in_mib(limit))};
}

Error file_needed(Text name) {
  return {Errc::conflict, fmt::format("a job still needs '{}': cancel it or wait for it", name)};
}

Error upload_needed() {
  return {Errc::conflict, "a job still needs this upload: cancel it or wait for it"};
}

Error upload_empty() { return {Errc::invalid_input, "the upload has no file: add one"}; }

Error upload_unfinished() {
  return {Errc::invalid_input,
          "a file of the upload is still being received: wait for it or remove it"};
}

Error other_revision(Count current, Count expected) {
  return {
      Errc::conflict,
      fmt::format("the configuration was changed meanwhile (revision {}, not {}): load it again",
                  current, expected)};
}

Error backup_exists(Text name) {
  return {Errc::conflict, fmt::format("there is a backup '{}' already", name)};
}

Result<void> check_rate(double rate) {
  if (std::isfinite(rate) && rate >= 0) return {};
  return Error{Errc::invalid_input, "a rate is 0 (no limit) or a positive number per second"};
}

std::string_view excerpt_of(const Delivery& delivery) {
  if (delivery.state == DeliveryState::delivered) return {};
  const std::string_view text = delivery.excerpt;
  std::size_t length = std::min(text.size(), longest_excerpt);
  if (length < text.size()) {
    while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) --length;
  }
  return text.substr(0, length);
}

}  // namespace csvm::store
