#include "broker.h"

namespace csvm::deliver {

Broker::Broker(std::function<Result<Share>(const ShareWish&)> ask, std::function<void()> done)
    : ask_(std::move(ask)),
      done_(std::move(done)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

Broker::~Broker() {
  thread_.request_stop();
  work_.release();
  thread_.join();
}

void Broker::submit(std::vector<ShareWish> wishes) {
  if (wishes.empty()) return;
  submitted_.with([&](auto& submitted) {
    for (ShareWish& wish : wishes) submitted.push_back(std::move(wish));
  });
  work_.release();
}

std::vector<Answered> Broker::take() {
  return answered_.with([](auto& answered) { return std::exchange(answered, {}); });
}

void Broker::run(const std::stop_token& stop) {
  for (;;) {
    work_.acquire();
    if (stop.stop_requested()) return;
    for (ShareWish& wish :
         submitted_.with([](auto& submitted) { return std::exchange(submitted, {}); })) {
      auto share = ask_(wish);
      answered_.with(
          [&](auto& answered) { answered.push_back({std::move(wish.url), std::move(share)}); });
      done_();
      if (stop.stop_requested()) return;
    }
  }
}

}  // namespace csvm::deliver
