#include "client.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>

namespace csvm::store::redis {
namespace {

constexpr std::size_t most_idle = 32;
constexpr int attempts_to_connect = 2;

// As EVALSHA names scripts.
std::string sha1_hex(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned length = 0;
  EVP_Digest(text.data(), text.size(), bytes.data(), &length, EVP_sha1(), nullptr);
  std::string hex;
  for (unsigned i = 0; i < length; ++i) hex += fmt::format("{:02x}", bytes[i]);
  return hex;
}

}  // namespace

Client::Client(Target target) : target_(std::move(target)) {
  for (const auto body : script_bodies) {
    Text script;
    script.text = std::string(script_library) + std::string(body);
    script.digest = sha1_hex(script.text);
    scripts_.push_back(std::move(script));
  }
}

Result<std::unique_ptr<Connection>> Client::take() {
  for (;;) {
    auto one = idle_.with([](auto& all) {
      std::unique_ptr<Connection> last;
      if (!all.empty()) {
        last = std::move(all.back());
        all.pop_back();
      }
      return last;
    });
    if (!one) break;
    // What Redis has closed meanwhile (it was restarted) is no reason to fail.
    if (one->is_open()) return one;
  }
  auto opened = Connection::open(target_);
  for (int i = 1; !opened && i < attempts_to_connect && opened.error().code == Errc::io; ++i) {
    opened = Connection::open(target_);
  }
  // Who waits for a connection knows that nothing was done.
  if (!opened && opened.error().code == Errc::timeout) {
    return Error{Errc::io, opened.error().message};
  }
  return opened;
}

Result<Reply> Client::ask(std::span<const std::string_view> words, Again again) {
  for (bool is_first = true;; is_first = false) {
    auto connection = CSVM_TRY(take());
    auto answer = connection->run(words);
    if (!answer) {
      if (is_first && (again == Again::yes || answer.error().code == Errc::io)) continue;
      return answer;
    }
    const auto error = answer->root().is_error() ? answer->root().text() : std::string_view();
    // A replica will not become the master for us: whoever asks next looks for it again.
    if (error.find("READONLY") != std::string_view::npos) return answer;
    idle_.with([&](auto& all) {
      if (all.size() < most_idle) all.push_back(std::move(connection));
    });
    return answer;
  }
}

Result<Reply> Client::command(std::span<const std::string_view> words, Again again) {
  auto answer = CSVM_TRY(ask(words, again));
  if (answer.root().is_error()) return error_of(answer.root().text());
  return answer;
}

Result<Reply> Client::run(Script script, std::span<const std::string> arguments, Again again) {
  const Text& known = scripts_[static_cast<std::size_t>(script)];
  std::vector<std::string_view> words = {"EVALSHA", known.digest, "0"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  auto answer = CSVM_TRY(ask(words, again));
  if (answer.root().is_error() && answer.root().text().starts_with("NOSCRIPT")) {
    words[0] = "EVAL";
    words[1] = known.text;
    answer = CSVM_TRY(ask(words, again));
  }
  if (answer.root().is_error()) return error_of(answer.root().text());
  return answer;
}

}  // namespace csvm::store::redis
