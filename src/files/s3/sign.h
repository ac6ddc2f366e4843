// A request to an object store and its signature (AWS Signature Version 4). Pure.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace csvm::files::s3 {

struct Credentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;  // of temporary ones; else empty
};

/// What a signature covers.
struct Unsigned {
  std::string method;
  std::string host;  // as in the Host header, with a port that is not the scheme's
  std::string path;  // escaped: see `escape_path`
  std::vector<std::pair<std::string, std::string>> query;    // not escaped
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string payload_sha256;                                // in hex
};

using Seconds = std::chrono::sys_seconds;

/// The headers to send: those given, host, date, payload hash, token and `Authorization`.
std::vector<std::pair<std::string, std::string>> sign(const Unsigned& request,
                                                      const Credentials& credentials,
                                                      std::string_view region, Seconds now);

/// "a=1&b=%20", sorted as the signature wants it; what is sent must be spelled the same.
std::string query_text(const Unsigned& request);

/// All but letters, digits and "-._~" (and '/', in paths) as %XX.
std::string escape(std::string_view text);
std::string escape_path(std::string_view text);

std::string sha256_hex(std::string_view data);
/// Of Content-MD5: base64.
std::string md5_base64(std::string_view data);

}  // namespace csvm::files::s3
