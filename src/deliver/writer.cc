#include "writer.h"

#include <exception>
#include <utility>

namespace csvm::deliver {
namespace {

Result<void> append(const Batch& batch) {
  try {
    return batch.ledger->append(batch.entries);
  } catch (const std::exception& thrown) {
    return Error{Errc::internal, std::string("writing the ledger: ") + thrown.what()};
  }
}

}  // namespace

Writer::Writer(std::function<void()> done)
    : done_(std::move(done)), thread_([this](const std::stop_token& stop) { run(stop); }) {}

Writer::~Writer() {
  thread_.request_stop();
  work_.release();
  thread_.join();
}

void Writer::submit(std::vector<Batch> batches) {
  waiting_ += batches.size();
  submitted_.with([&](auto& submitted) {
    for (Batch& batch : batches) submitted.push_back(std::move(batch));
  });
  work_.release();
}

std::vector<Written> Writer::take() {
  auto taken = written_.with([](auto& written) { return std::exchange(written, {}); });
  waiting_ -= taken.size();
  return taken;
}

void Writer::run(const std::stop_token& stop) {
  while (true) {
    work_.acquire();
    auto batches = submitted_.with([](auto& submitted) { return std::exchange(submitted, {}); });
    if (batches.empty() && stop.stop_requested()) return;
    for (Batch& batch : batches) {
      auto result = append(batch);
      written_.with(
          [&](auto& written) { written.push_back(Written{std::move(batch), std::move(result)}); });
    }
    if (!batches.empty()) done_();
  }
}

}  // namespace csvm::deliver
