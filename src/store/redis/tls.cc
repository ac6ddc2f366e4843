#include "tls.h"

#include <fmt/format.h>
#include <hiredis/hiredis.h>

#ifdef CSVM_HIREDIS_SSL
#include <arpa/inet.h>
#include <hiredis/hiredis_ssl.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <memory>
#endif

namespace csvm::store::redis {

#ifdef CSVM_HIREDIS_SSL
namespace {

bool is_address(const std::string& host) {
  in6_addr any;
  return ::inet_pton(AF_INET, host.c_str(), &any) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), &any) == 1;
}

Error distrusted(const std::string& host, long verdict) {
  if (verdict == X509_V_ERR_HOSTNAME_MISMATCH || verdict == X509_V_ERR_IP_ADDRESS_MISMATCH) {
    return {Errc::io, fmt::format("the certificate of Redis at '{}' is of another host: write "
                                  "the name it was made for into REDIS_URL",
                                  host)};
  }
  return {Errc::io,
          fmt::format("the certificate of Redis at '{}' is not trusted ({}): renew it, or, if an "
                      "authority of your own made it, name that one's file in SSL_CERT_FILE",
                      host, X509_verify_cert_error_string(verdict))};
}

}  // namespace

Result<void> begin_tls(redisContext* context, const std::string& host) {
  struct Free {
    void operator()(SSL_CTX* settings) const { SSL_CTX_free(settings); }
  };
  // hiredis would check the certificate, but not whose it is.
  const std::unique_ptr<SSL_CTX, Free> settings(SSL_CTX_new(TLS_client_method()));
  SSL* const tls = settings ? SSL_new(settings.get()) : nullptr;
  if (tls == nullptr || SSL_CTX_set_default_verify_paths(settings.get()) != 1 ||
      SSL_set1_host(tls, host.c_str()) != 1 ||
      (!is_address(host) && SSL_set_tlsext_host_name(tls, host.c_str()) != 1)) {
    SSL_free(tls);
    return Error{Errc::internal, "TLS could not be set up"};
  }
  SSL_set_verify(tls, SSL_VERIFY_PEER, nullptr);
  if (redisInitiateSSL(context, tls) == REDIS_OK) return {};  // the connection owns `tls` now
  const long verdict = SSL_get_verify_result(tls);
  std::string why = context->errstr;
  SSL_free(tls);
  if (verdict != X509_V_OK) return distrusted(host, verdict);
  return Error{Errc::io,
               fmt::format("no TLS with Redis at '{}': {}; check REDIS_URL, without TLS it "
                           "begins with redis://",
                           host, why)};
}

#else

Result<void> begin_tls(redisContext*, const std::string& host) {
  return Error{
      Errc::invalid_input,
      fmt::format("REDIS_URL: rediss:// (TLS) to '{}' needs hiredis 1.0 or newer, and this "
                  "program was built with {}.{}: build it on a newer system, or go through "
                  "a TLS tunnel with redis://",
                  host, HIREDIS_MAJOR, HIREDIS_MINOR)};
}

#endif

}  // namespace csvm::store::redis
