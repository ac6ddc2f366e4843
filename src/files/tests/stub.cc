#include "stub.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cstdlib>

#include <array>
#include <atomic>
#include <stdexcept>

#include "csvm/fetch.h"

namespace csvm::files {
namespace {

class StubProcess {
 public:
  StubProcess() {
    std::array<int, 2> pipe{};
    if (::pipe(pipe.data()) != 0) throw std::runtime_error("no pipe");
    child_ = ::fork();
    if (child_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // also when the tests crash
      ::dup2(pipe[1], STDOUT_FILENO);
      ::close(pipe[0]);
      ::close(pipe[1]);
      ::execlp("python3", "python3", CSVM_S3_STUB, nullptr);
      ::_exit(127);
    }
    ::close(pipe[1]);
    std::string line;
    char c = 0;
    while (::read(pipe[0], &c, 1) == 1 && c != '\n') line += c;
    ::close(pipe[0]);
    const std::size_t url = line.find("http://");
    if (url == std::string::npos) throw std::runtime_error("s3_stub.py does not start");
    url_ = line.substr(url);
  }
  ~StubProcess() {
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }
  StubProcess(const StubProcess&) = delete;
  StubProcess& operator=(const StubProcess&) = delete;

  const std::string& url() const { return url_; }

 private:
  pid_t child_ = 0;
  std::string url_;
};

std::string control(const std::string& method, const std::string& bucket, const std::string& body) {
  fetch::OperatorClient client;
  fetch::Exchange request;
  request.method = method;
  request.url = fmt::format("{}/_stub/{}", stub_url(), bucket);
  request.body = body;
  const fetch::Reply reply = client.exchange(request);
  if (reply.status != 200) throw std::runtime_error("the stub cannot be told: " + reply.reason);
  return reply.body;
}

std::atomic<int> buckets = 0;

}  // namespace

const std::string& stub_url() {
  static const StubProcess process;
  return process.url();
}

StubBucket::StubBucket() {
  std::string name = (std::filesystem::temp_directory_path() / "csvm-bucket-XXXXXX").string();
  folder_ = ::mkdtemp(name.data());
  settings.endpoint = stub_url();
  settings.region = "stub-1";
  settings.bucket = fmt::format("bucket-{}", ++buckets);
  settings.access_key_id = "stub-key";
  settings.secret_access_key = "stub-secret";
  settings.path_style = true;
  settings.prefix = "some/where/";
  settings.scratch_folder = (folder_ / "scratch").string();
  settings.now = [] {
    std::timespec now{};
    std::timespec_get(&now, TIME_UTC);
    return std::chrono::sys_time<std::chrono::milliseconds>(
        std::chrono::milliseconds(now.tv_sec * 1000 + now.tv_nsec / 1'000'000));
  };
  settings.wait = [](std::chrono::milliseconds) {};
  settings.random = [](std::span<std::byte> bytes) {
    if (::getrandom(bytes.data(), bytes.size(), 0) < 0) ::abort();
  };
  set("{}");
}

StubBucket::~StubBucket() { std::filesystem::remove_all(folder_); }

std::unique_ptr<Files> StubBucket::open() {
  auto opened = open_bucket(settings);
  EXPECT_TRUE(opened) << opened.error().message;
  return opened ? std::move(*opened) : nullptr;
}

void StubBucket::set(const std::string& json) { control("PUT", settings.bucket, json); }
std::string StubBucket::state() const { return control("GET", settings.bucket, ""); }

std::uint64_t StubBucket::number(const std::string& name) const {
  const std::string all = state();
  const std::size_t at = all.find(fmt::format("\"{}\": ", name));
  if (at == std::string::npos) throw std::runtime_error("the stub does not tell " + name);
  return std::stoull(all.substr(at + name.size() + 4));
}

}  // namespace csvm::files
