#include "libcurl.h"

#include <signal.h>

#include <mutex>
#include <system_error>

namespace csvm::fetch {

void set_up_libcurl() {
  static std::once_flag once;
  std::call_once(once, [] {
    curl_global_init(CURL_GLOBAL_DEFAULT);
    // The TLS library writes without MSG_NOSIGNAL: a peer that hangs up would end the process.
    struct sigaction now{};
    if (sigaction(SIGPIPE, nullptr, &now) == 0 && now.sa_handler == SIG_DFL) {
      signal(SIGPIPE, SIG_IGN);
    }
  });
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

Ending ending_of(CURLcode result, bool was_sent) {
  switch (result) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return Ending::not_resolved;
    case CURLE_COULDNT_CONNECT:
      return Ending::not_connected;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CERTPROBLEM:
      return Ending::tls_failed;
    case CURLE_OPERATION_TIMEDOUT:
      return was_sent ? Ending::timed_out : Ending::not_connected;
    default:
      return Ending::broken;
  }
}

std::string connecting_failure(CURL* handle, CURLcode result) {
  long error_number = 0;
  curl_easy_getinfo(handle, CURLINFO_OS_ERRNO, &error_number);
  if (error_number == 0) return curl_easy_strerror(result);
  return std::generic_category().message(static_cast<int>(error_number));
}

}  // namespace csvm::fetch
