// transfer.h - one request on a libcurl handle, from its options to its response.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "csvm/fetch.h"
#include "libcurl.h"

namespace csvm::fetch {

/// A handle that serves one request after another. Stays where it is: libcurl points to it.
class Transfer {
 public:
  explicit Transfer(const ClientSettings& settings);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  /// Takes a request over and sets the handle's options for it.
  void prepare(Request request);

  /// Names the addresses of the host that the open-socket check lets through.
  void allow_only(const std::vector<Address>& addresses) { allowed_ = &addresses; }

  /// Gives libcurl addresses for the host (CURLOPT_RESOLVE), so that it asks nobody itself. Holds
  /// for all handles of the multi handle until the next time.
  void set_addresses(const std::string& host_port_addresses);

  /// The response, after libcurl has ended with `result`.
  Response finish(CURLcode result);

  /// A response for a request that was never handed to libcurl.
  Response fail(const Error& error);

  CURL* handle() const { return handle_; }
  const Request& request() const { return request_; }

 private:
  static std::size_t take_header(char* data, std::size_t, std::size_t bytes, void* self);
  static std::size_t take_body(char* data, std::size_t, std::size_t bytes, void* self);
  static curl_socket_t open_socket(void* self, curlsocktype purpose, curl_sockaddr* peer);
  static int before_request(void* self, char*, char*, int, int);

  std::size_t header(std::string_view line);
  Ending ending_of(CURLcode result) const;
  std::string reason_of(CURLcode result) const;
  std::string connecting_failure(CURLcode result) const;

  const ClientSettings& settings_;
  CURL* handle_;
  Request request_;
  Response response_;
  List headers_;
  List addresses_;
  const std::vector<Address>* allowed_ = nullptr;  // null when the host is an address
  std::string refusal_;                            // by the open-socket check
  std::size_t header_bytes_ = 0;
  std::size_t body_bytes_ = 0;
  int times_sent_ = 0;
  bool headers_complete_ = false;
  bool headers_too_long_ = false;
  std::array<char, CURL_ERROR_SIZE> words_{};  // libcurl's own description of a failure
};

}  // namespace csvm::fetch
