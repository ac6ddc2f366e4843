#include "transfer.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>

#include "socket_address.h"

namespace csvm::fetch {
namespace {

constexpr long connection_age_seconds =
    300;  // then a new one is made, to an address looked up anew

}  // namespace

Transfer::Transfer(const ClientSettings& settings)
    : settings_(settings), handle_(curl_easy_init()) {
  assert(handle_ != nullptr);
  curl_easy_setopt(handle_, CURLOPT_ERRORBUFFER, words_.data());
  curl_easy_setopt(handle_, CURLOPT_PRIVATE, this);
  curl_easy_setopt(handle_, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle_, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle_, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(handle_, CURLOPT_PROXY, "");  // not even one from the environment
  curl_easy_setopt(handle_, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(handle_, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(handle_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  curl_easy_setopt(handle_, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(handle_, CURLOPT_SSL_VERIFYHOST, 2L);
  if (!settings.ca_file.empty()) {
    curl_easy_setopt(handle_, CURLOPT_CAINFO, settings.ca_file.c_str());
  }
  curl_easy_setopt(handle_, CURLOPT_MAXLIFETIME_CONN, connection_age_seconds);
  curl_easy_setopt(handle_, CURLOPT_POST, 1L);
  curl_easy_setopt(handle_, CURLOPT_HEADERFUNCTION, &Transfer::take_header);
  curl_easy_setopt(handle_, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(handle_, CURLOPT_WRITEFUNCTION, &Transfer::take_body);
  curl_easy_setopt(handle_, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(handle_, CURLOPT_OPENSOCKETFUNCTION, &Transfer::open_socket);
  curl_easy_setopt(handle_, CURLOPT_OPENSOCKETDATA, this);
  curl_easy_setopt(handle_, CURLOPT_PREREQFUNCTION, &Transfer::before_request);
  curl_easy_setopt(handle_, CURLOPT_PREREQDATA, this);
}

Transfer::~Transfer() { curl_easy_cleanup(handle_); }

void Transfer::prepare(Request request) {
  request_ = std::move(request);
  response_ = Response{};
  response_.id = request_.id;
  allowed_ = nullptr;
  refusal_.clear();
  header_bytes_ = 0;
  body_bytes_ = 0;
  times_sent_ = 0;
  headers_complete_ = false;
  headers_too_long_ = false;
  words_[0] = '\0';

  curl_slist* list = curl_slist_append(nullptr, "Expect:");  // never wait for "100 Continue"
  for (const std::string& line : request_.headers) list = curl_slist_append(list, line.c_str());
  curl_easy_setopt(handle_, CURLOPT_HTTPHEADER, list);
  headers_.reset(list);
  curl_easy_setopt(handle_, CURLOPT_URL, request_.url.text.c_str());
  curl_easy_setopt(handle_, CURLOPT_POSTFIELDSIZE_LARGE,
                   static_cast<curl_off_t>(request_.body.size()));
  curl_easy_setopt(handle_, CURLOPT_POSTFIELDS, request_.body.data());
  curl_easy_setopt(handle_, CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>(request_.connect_timeout.count()));
  curl_easy_setopt(handle_, CURLOPT_TIMEOUT_MS, static_cast<long>(request_.total_timeout.count()));
}

void Transfer::set_addresses(const std::string& host_port_addresses) {
  addresses_.reset(curl_slist_append(nullptr, host_port_addresses.c_str()));
  curl_easy_setopt(handle_, CURLOPT_RESOLVE, addresses_.get());
}

Response Transfer::fail(const Error& error) {
  response_.ending = error.code == Errc::refused ? Ending::refused : Ending::not_resolved;
  response_.reason = error.message;
  return std::move(response_);
}

Response Transfer::finish(CURLcode result) {
  if (addresses_) {
    curl_easy_setopt(handle_, CURLOPT_RESOLVE, nullptr);
    addresses_.reset();
  }
  curl_off_t microseconds = 0;
  curl_easy_getinfo(handle_, CURLINFO_TOTAL_TIME_T, &microseconds);
  response_.latency = std::chrono::microseconds(microseconds);
  long sent_bytes = 0;
  curl_easy_getinfo(handle_, CURLINFO_REQUEST_SIZE, &sent_bytes);
  response_.request_sent = sent_bytes > 0 || times_sent_ > 1;
  // Once status and headers are whole the receiver has answered; what happens to the body of the
  // answer (too long, cut, too slow) changes nothing.
  response_.ending = headers_complete_ ? Ending::answered : ending_of(result);
  if (response_.ending == Ending::answered) {
    long status = 0;
    curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
    response_.status = static_cast<int>(status);
  } else {
    response_.headers.clear();
    response_.excerpt.clear();
    response_.reason = reason_of(result);
  }
  return std::move(response_);
}

Ending Transfer::ending_of(CURLcode result) const {
  return refusal_.empty() ? fetch::ending_of(result, times_sent_ > 0) : Ending::refused;
}

std::string Transfer::reason_of(CURLcode result) const {
  const std::string_view host = request_.url.host;
  const std::string words = words_[0] != '\0' ? words_.data() : curl_easy_strerror(result);
  switch (ending_of(result)) {
    case Ending::refused:
      return refusal_;
    case Ending::not_resolved:
      return fmt::format("the name '{}' has no address", host);
    case Ending::not_connected:
      return fmt::format("no connection to {} port {}: {}", host, request_.url.port,
                         connecting_failure(result));
    case Ending::tls_failed:
      return fmt::format("no secure connection to {}: {}", host, words);
    case Ending::timed_out:
      return fmt::format("no answer within {} ms", request_.total_timeout.count());
    default:
      break;
  }
  if (headers_too_long_) {
    return fmt::format("the answer has more than {} bytes of headers", settings_.max_header_bytes);
  }
  if (times_sent_ > 1) return "the connection was closed before an answer came";
  return fmt::format("no usable answer: {}", words);
}

std::string Transfer::connecting_failure(CURLcode result) const {
  if (result == CURLE_OPERATION_TIMEDOUT) {
    return fmt::format("none within {} ms", request_.connect_timeout.count());
  }
  return fetch::connecting_failure(handle_, result);
}

std::size_t Transfer::take_header(char* data, std::size_t, std::size_t bytes, void* self) {
  return static_cast<Transfer*>(self)->header({data, bytes});
}

std::size_t Transfer::header(std::string_view line) {
  if (headers_complete_) return line.size();  // trailers
  header_bytes_ += line.size();
  if (header_bytes_ > settings_.max_header_bytes) {
    headers_too_long_ = true;
    return 0;
  }
  if (line.starts_with("HTTP/")) {
    response_.headers.clear();
    return line.size();
  }
  if (trimmed(line).empty()) {
    long status = 0;
    curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
    headers_complete_ = status >= 200;  // not after "100 Continue" or "103 Early Hints"
    return line.size();
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return line.size();
  std::string name = lower_case(trimmed(line.substr(0, colon)));
  const bool kept = std::ranges::any_of(settings_.kept_headers, [&](const std::string& beginning) {
    return name.starts_with(beginning);
  });
  if (kept) response_.headers.emplace_back(std::move(name), trimmed(line.substr(colon + 1)));
  return line.size();
}

std::size_t Transfer::take_body(char* data, std::size_t, std::size_t bytes, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  auto& excerpt = transfer.response_.excerpt;
  const std::size_t room = transfer.settings_.max_excerpt_bytes - excerpt.size();
  excerpt.append(data, std::min(room, bytes));
  transfer.body_bytes_ += bytes;
  return transfer.body_bytes_ > transfer.settings_.max_body_bytes ? 0 : bytes;
}

curl_socket_t Transfer::open_socket(void* self, curlsocktype, curl_sockaddr* peer) {
  auto& transfer = *static_cast<Transfer*>(self);
  const auto address = address_of(&peer->addr);
  if (!address) {
    transfer.refusal_ = "an address that is neither IPv4 nor IPv6";
    return CURL_SOCKET_BAD;
  }
  const auto allowed =
      check_address(*address, transfer.request_.url.host, transfer.settings_.rules);
  if (!allowed) {
    transfer.refusal_ = allowed.error().message;
    return CURL_SOCKET_BAD;
  }
  const auto* checked = transfer.allowed_;
  if (checked != nullptr && std::ranges::find(*checked, *address) == checked->end()) {
    transfer.refusal_ = fmt::format("{} is not the address that was checked", to_string(*address));
    return CURL_SOCKET_BAD;
  }
  return socket(peer->family, peer->socktype | SOCK_CLOEXEC, peer->protocol);
}

// libcurl sends a request again by itself when a pooled connection dies under it. Whether the
// receiver had got it is then unknown, and counting and pacing are not libcurl's to decide.
int Transfer::before_request(void* self, char*, char*, int, int) {
  return ++static_cast<Transfer*>(self)->times_sent_ == 1 ? CURL_PREREQFUNC_OK
                                                          : CURL_PREREQFUNC_ABORT;
}

}  // namespace csvm::fetch
