#include <fmt/format.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "csvm/fetch.h"
#include "loopback.h"

namespace csvm::fetch {
namespace {

using namespace std::chrono_literals;
using testing::Connection;
using testing::Loopback;

template <auto release>
struct Release {
  template <class T>
  void operator()(T* object) const {
    release(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Release<X509_free>>;
using Context = std::unique_ptr<SSL_CTX, Release<SSL_CTX_free>>;

// A certificate that vouches for itself and for one name.
Certificate certificate_for(const char* name, EVP_PKEY* key) {
  Certificate certificate(X509_new());
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME* subject = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
  X509_set_issuer_name(certificate.get(), subject);
  const std::string names = fmt::format("DNS:{}", name);
  X509_EXTENSION* extension =
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str());
  X509_add_ext(certificate.get(), extension, -1);
  X509_EXTENSION_free(extension);
  X509_sign(certificate.get(), key, EVP_sha256());
  return certificate;
}

// Answers 200 over TLS as "hooks.example".
class TlsReceiver {
 public:
  TlsReceiver()
      : key_(EVP_EC_gen("P-256")), certificate_(certificate_for("hooks.example", key_.get())) {
    SSL_CTX_use_certificate(context_.get(), certificate_.get());
    SSL_CTX_use_PrivateKey(context_.get(), key_.get());
    std::FILE* file = std::fopen(ca_file_.c_str(), "w");
    PEM_write_X509(file, certificate_.get());
    std::fclose(file);
  }
  ~TlsReceiver() { std::filesystem::remove(ca_file_); }

  std::uint16_t port() const { return loopback_.port(); }
  const std::string& ca_file() const { return ca_file_; }

 private:
  void serve(Connection& connection) {
    const std::unique_ptr<SSL, Release<SSL_free>> ssl(SSL_new(context_.get()));
    SSL_set_fd(ssl.get(), connection.socket());
    if (SSL_accept(ssl.get()) != 1) return;
    std::array<char, 4096> request{};
    if (SSL_read(ssl.get(), request.data(), static_cast<int>(request.size())) <= 0) return;
    const std::string text = testing::answer("200 OK");
    SSL_write(ssl.get(), text.data(), static_cast<int>(text.size()));
    SSL_shutdown(ssl.get());
  }

  Key key_;
  Certificate certificate_;
  Context context_{SSL_CTX_new(TLS_server_method())};
  std::string ca_file_ =
      (std::filesystem::temp_directory_path() / fmt::format("csvm_fetch_tls_{}.pem", getpid()))
          .string();
  Loopback loopback_{[this](Connection& connection) { serve(connection); }};
};

Response post(std::uint16_t port, const std::string& host, const std::string& ca_file) {
  ClientSettings settings;
  settings.clock = std::chrono::steady_clock::now;
  settings.rules.allow_private = true;
  settings.ca_file = ca_file;
  settings.resolver = [](const std::string&) {
    return Result<std::vector<Address>>(std::vector<Address>{*parse_address("127.0.0.1")});
  };
  Client client(settings);
  Request request;
  request.url = *parse_url(fmt::format("https://{}:{}/", host, port));
  request.body = "{}";
  client.start(request);
  while (true) {
    const auto responses = client.poll(10s);
    if (!responses.empty()) return responses.front();
  }
}

TEST(Tls, IsVerifiedByTheNameOfTheUrlThoughTheAddressIsPinned) {
  TlsReceiver receiver;
  const Response response = post(receiver.port(), "hooks.example", receiver.ca_file());
  EXPECT_EQ(response.ending, Ending::answered) << response.reason;
  EXPECT_EQ(response.status, 200);
}

TEST(Tls, FailsForAnotherName) {
  TlsReceiver receiver;
  const Response response = post(receiver.port(), "other.example", receiver.ca_file());
  EXPECT_EQ(response.ending, Ending::tls_failed);
  EXPECT_FALSE(response.request_sent);
}

TEST(Tls, FailsForACertificateThatNobodyVouchesFor) {
  TlsReceiver receiver;
  const Response response = post(receiver.port(), "hooks.example", "");
  EXPECT_EQ(response.ending, Ending::tls_failed);
  EXPECT_NE(response.reason.find("no secure connection to hooks.example"), std::string::npos)
      << response.reason;
}

TEST(Tls, FailsWhenTheReceiverSpeaksNone) {
  Loopback receiver(
      [](Connection& connection) { connection.write("HTTP/1.1 400 Bad Request\r\n\r\n"); });
  EXPECT_EQ(post(receiver.port(), "hooks.example", "").ending, Ending::tls_failed);
}

}  // namespace
}  // namespace csvm::fetch
