#include "watch.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <thread>
#include <utility>

namespace csvm::recipe {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

// Whether one of the events in `bytes` is of the file `name`.
bool concerns(const char* bytes, std::size_t size, const std::string& name) {
  bool found = false;
  for (std::size_t at = 0; at + sizeof(inotify_event) <= size;) {
    inotify_event event;
    std::memcpy(&event, bytes + at, sizeof(event));
    const char* const event_name = bytes + at + sizeof(event);
    if ((event.mask & IN_Q_OVERFLOW) != 0) found = true;  // some were lost: any may be ours
    if (event.len > 0 && name == event_name) found = true;
    at += sizeof(event) + event.len;
  }
  return found;
}

}  // namespace

struct Watch::State {
  Descriptor events;
  Descriptor stop;
  std::string name;
  std::function<void()> changed;
  std::thread thread;

  void wait() {
    alignas(inotify_event) char buffer[4096];
    for (;;) {
      pollfd waiting[] = {{events.number(), POLLIN, 0}, {stop.number(), POLLIN, 0}};
      if (::poll(waiting, 2, -1) < 0 && errno != EINTR) return;
      if (waiting[1].revents != 0) return;
      const ssize_t read = ::read(events.number(), buffer, sizeof(buffer));
      if (read > 0 && concerns(buffer, static_cast<std::size_t>(read), name)) changed();
    }
  }
};

Watch::Watch(std::unique_ptr<State> state) : state_(std::move(state)) {}

Watch::~Watch() {
  const std::uint64_t one = 1;
  // An eventfd that is being polled takes the one write that ever comes.
  static_cast<void>(!::write(state_->stop.number(), &one, sizeof(one)));
  state_->thread.join();
}

Result<std::unique_ptr<Watch>> Watch::start(const std::string& path,
                                            std::function<void()> changed) {
  const std::filesystem::path file(path);
  const std::string folder = file.has_parent_path() ? file.parent_path().string() : ".";
  Descriptor events(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (events.number() < 0) return io_error("watch the folder", folder, errno);
  Descriptor stop(::eventfd(0, EFD_CLOEXEC));
  if (stop.number() < 0) return io_error("watch the folder", folder, errno);
  constexpr std::uint32_t changes = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE;
  if (::inotify_add_watch(events.number(), folder.c_str(), changes) < 0) {
    return io_error("watch the folder", folder, errno);
  }
  auto state = std::make_unique<State>(
      State{std::move(events), std::move(stop), file.filename().string(), std::move(changed), {}});
  State* const shared = state.get();
  state->thread = std::thread([shared] { shared->wait(); });
  return std::unique_ptr<Watch>(new Watch(std::move(state)));
}

}  // namespace csvm::recipe
