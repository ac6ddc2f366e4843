#include "lookups.h"

#include <fmt/format.h>

#include <exception>
#include <utility>

namespace csvm::fetch {

void Lookups::start(const std::string& host) {
  threads_[host] = std::jthread([this, host] { run(host); });
}

void Lookups::run(const std::string& host) {
  const auto look_up = [&]() -> Result<std::vector<Address>> {
    try {
      return resolver_(host);
    } catch (const std::exception& thrown) {
      return Error{Errc::internal, fmt::format("looking up '{}': {}", host, thrown.what())};
    }
  };
  auto addresses = look_up();
  answers_.with([&](auto& answers) { answers.push_back({host, std::move(addresses)}); });
  ready_();
}

std::vector<Lookups::Answer> Lookups::take() {
  auto taken = answers_.with([](auto& answers) { return std::exchange(answers, {}); });
  for (const Answer& answer : taken) threads_.erase(answer.host);
  return taken;
}

}  // namespace csvm::fetch
