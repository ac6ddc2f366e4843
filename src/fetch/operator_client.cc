// Requests to the operator's own servers: one blocking call a thread, handles kept for their
// connections.
#include <fmt/format.h>

#include <array>
#include <new>
#include <vector>

#include "csvm/fetch.h"
#include "libcurl.h"

namespace csvm::fetch {
namespace {

constexpr std::size_t max_header_bytes = std::size_t{64} << 10;
constexpr long operator_connection_age_seconds = 300;

struct CloseHandle {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
using Handle = std::unique_ptr<CURL, CloseHandle>;

// What libcurl's hooks write to while one exchange runs.
struct Taking {
  const Exchange& request;
  CURL* handle;
  Reply reply;
  std::size_t header_bytes = 0;
  int times_sent = 0;
  std::string_view gave_up;  // why a hook ended the exchange

  std::size_t header(std::string_view line) {
    header_bytes += line.size();
    if (header_bytes > max_header_bytes) {
      gave_up = "the answer has too many headers";
      return 0;
    }
    if (line.starts_with("HTTP/")) reply.headers.clear();  // after "100 Continue"
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos) {
      reply.headers.emplace_back(lower_case(trimmed(line.substr(0, colon))),
                                 trimmed(line.substr(colon + 1)));
    }
    return line.size();
  }

  std::size_t body(std::string_view data) {
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    const bool is_taken =
        request.taken_status == 0 ? status >= 200 && status < 300 : status == request.taken_status;
    if (request.take_body && is_taken) {
      if (request.take_body(data)) return data.size();
      gave_up = "the answer was not wanted any more";
      return 0;
    }
    if (reply.body.size() + data.size() > request.max_body_bytes) {
      gave_up = "the answer is too long";
      return 0;
    }
    reply.body += data;
    return data.size();
  }
};

std::size_t take_header(char* data, std::size_t, std::size_t bytes, void* taking) {
  return static_cast<Taking*>(taking)->header({data, bytes});
}

std::size_t take_body(char* data, std::size_t, std::size_t bytes, void* taking) {
  return static_cast<Taking*>(taking)->body({data, bytes});
}

// libcurl sends a request again by itself when a pooled connection dies under it. Whether the
// server has carried it out is then unknown, and that is for the caller to think of.
int before_request(void* taking, char*, char*, int, int) {
  return ++static_cast<Taking*>(taking)->times_sent == 1 ? CURL_PREREQFUNC_OK
                                                         : CURL_PREREQFUNC_ABORT;
}

void set_method(CURL* handle, const Exchange& request) {
  if (request.method == "HEAD") {
    curl_easy_setopt(handle, CURLOPT_NOBODY, 1L);
    return;
  }
  if (request.method != "GET" && request.method != "DELETE") {
    curl_easy_setopt(handle, CURLOPT_POST, 1L);
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request.body.empty() ? "" : request.body.data());
  }
  curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

List header_list(const Exchange& request) {
  List list;
  const auto add = [&list](const char* line) {
    curl_slist* const longer = curl_slist_append(list.get(), line);
    if (longer == nullptr) throw std::bad_alloc();
    static_cast<void>(list.release());
    list.reset(longer);
  };
  add("Expect:");        // never wait for "100 Continue"
  add("Content-Type:");  // not libcurl's, of a form
  for (const std::string& line : request.headers) add(line.c_str());
  return list;
}

std::string reason_of(const Exchange& request, CURL* handle, CURLcode result, Ending ending,
                      const char* words) {
  const std::string text = words[0] != '\0' ? words : curl_easy_strerror(result);
  switch (ending) {
    case Ending::not_resolved:
      return fmt::format("its name has no address ({})", text);
    case Ending::not_connected:
      return result == CURLE_OPERATION_TIMEDOUT
                 ? fmt::format("no connection within {} ms", request.connect_timeout.count())
                 : fmt::format("no connection: {}", connecting_failure(handle, result));
    case Ending::tls_failed:
      return fmt::format("no secure connection: {}", text);
    case Ending::timed_out:
      return fmt::format("nothing came for {} s", request.stall_timeout.count());
    default:
      return text;
  }
}

}  // namespace

std::string_view Reply::header(std::string_view name) const {
  for (const auto& [known, value] : headers) {
    if (known == name) return value;
  }
  return {};
}

class OperatorClient::Handles {
 public:
  explicit Handles(std::string ca_file) : ca_file_(std::move(ca_file)) {}

  Reply exchange(const Exchange& request) {
    Handle handle = take();
    Taking taking{request, handle.get(), {}, 0, 0, {}};
    std::array<char, CURL_ERROR_SIZE> words{};
    const List headers = header_list(request);
    set_options(handle.get(), request, headers, taking, words);
    const CURLcode result = curl_easy_perform(handle.get());

    Reply reply = std::move(taking.reply);
    long status = 0;
    curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
    reply.status = static_cast<int>(status);
    if (result == CURLE_OK && status > 0) {
      reply.ending = Ending::answered;
    } else {
      if (taking.times_sent > 1) taking.gave_up = "the connection was closed before an answer came";
      reply.ending = ending_of(result, taking.times_sent > 0);
      reply.reason = taking.gave_up.empty()
                         ? reason_of(request, handle.get(), result, reply.ending, words.data())
                         : std::string(taking.gave_up);
    }
    curl_easy_reset(handle.get());  // keeps the connections, forgets pointers to this call
    idle_.with([&](auto& idle) { idle.push_back(std::move(handle)); });
    return reply;
  }

 private:
  Handle take() {
    Handle handle = idle_.with([](auto& idle) {
      if (idle.empty()) return Handle();
      Handle last = std::move(idle.back());
      idle.pop_back();
      return last;
    });
    if (!handle) handle.reset(curl_easy_init());
    if (!handle) throw std::bad_alloc();
    return handle;
  }

  void set_options(CURL* handle, const Exchange& request, const List& headers, Taking& taking,
                   std::array<char, CURL_ERROR_SIZE>& words) const {
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, words.data());
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(handle, CURLOPT_PROXY, "");  // not even one from the environment
    curl_easy_setopt(handle, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(handle, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 2L);
    if (!ca_file_.empty()) curl_easy_setopt(handle, CURLOPT_CAINFO, ca_file_.c_str());
    curl_easy_setopt(handle, CURLOPT_MAXLIFETIME_CONN, operator_connection_age_seconds);
    curl_easy_setopt(handle, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS,
                     static_cast<long>(request.connect_timeout.count()));
    curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME,
                     static_cast<long>(request.stall_timeout.count()));
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, &taking);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, &taking);
    curl_easy_setopt(handle, CURLOPT_PREREQFUNCTION, before_request);
    curl_easy_setopt(handle, CURLOPT_PREREQDATA, &taking);
    set_method(handle, request);
  }

  const std::string ca_file_;
  Guarded<std::vector<Handle>> idle_;
};

OperatorClient::OperatorClient(std::string ca_file) {
  set_up_libcurl();
  handles_ = std::make_unique<Handles>(std::move(ca_file));
}
OperatorClient::~OperatorClient() = default;

Reply OperatorClient::exchange(const Exchange& request) { return handles_->exchange(request); }

}  // namespace csvm::fetch
