// rediss://: a redis-server with a certificate, of an authority that only these tests know.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <cstdio>
#include <optional>
#include <semaphore>

#include "redis_server.h"

namespace csvm::store {
namespace {

template <auto release>
struct Release {
  template <class T>
  void operator()(T* object) const {
    release(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Release<X509_free>>;

// Vouches for itself and for names.
class Authority {
 public:
  Authority() : certificate_(signed_for("authority", "basicConstraints", "critical,CA:TRUE")) {}

  void write_own(const std::string& path) const { write_certificate(path, certificate_.get()); }
  /// `names` as OpenSSL spells alternative names: "DNS:redis.example,IP:127.0.0.1".
  void write_for(const std::string& names, const std::string& certificate_path,
                 const std::string& key_path) const {
    const auto made = signed_for("redis", "subjectAltName", names.c_str());
    write_certificate(certificate_path, made.get());
    std::FILE* const file = std::fopen(key_path.c_str(), "w");
    PEM_write_PrivateKey(file, key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
  }

 private:
  // One key is enough for all.
  Certificate signed_for(const char* subject, const char* extension, const char* value) const {
    Certificate made(X509_new());
    X509_set_version(made.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), certificate_ ? 2 : 1);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), 3600);
    X509_set_pubkey(made.get(), key_.get());
    X509_NAME* const name = X509_get_subject_name(made.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(subject), -1, -1, 0);
    X509_set_issuer_name(made.get(),
                         certificate_ ? X509_get_subject_name(certificate_.get()) : name);
    X509_EXTENSION* const more = X509V3_EXT_conf(nullptr, nullptr, extension, value);
    X509_add_ext(made.get(), more, -1);
    X509_EXTENSION_free(more);
    X509_sign(made.get(), key_.get(), EVP_sha256());
    return made;
  }
  static void write_certificate(const std::string& path, X509* certificate) {
    std::FILE* const file = std::fopen(path.c_str(), "w");
    PEM_write_X509(file, certificate);
    std::fclose(file);
  }

  const Key key_{EVP_EC_gen("P-256")};
  const Certificate certificate_;
};

// Ours alone until the test ends: Redis may listen where this is bound and does not listen.
class ReservedPort {
 public:
  ReservedPort() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const int yes = 1;
    ::setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(socket_, reinterpret_cast<const sockaddr*>(&at), sizeof at), 0);
    socklen_t size = sizeof at;
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&at), &size);
    number_ = std::to_string(ntohs(at.sin_port));
  }
  ~ReservedPort() { ::close(socket_); }
  ReservedPort(const ReservedPort&) = delete;
  ReservedPort& operator=(const ReservedPort&) = delete;
  const std::string& number() const { return number_; }

 private:
  const int socket_;
  std::string number_;
};

class RedisTls : public testing::Test {
 protected:
  void SetUp() override {
#ifndef CSVM_HIREDIS_SSL
    GTEST_SKIP() << "the installed hiredis is older than 1.0 and knows no TLS";
#endif
    std::string name = (std::filesystem::temp_directory_path() / "csvm-tls-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    authority_.write_own(path("authority"));
    trust("authority");
  }
  void TearDown() override {
    if (before_) {
      ::setenv("SSL_CERT_FILE", before_->c_str(), 1);
    } else {
      ::unsetenv("SSL_CERT_FILE");
    }
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }

  std::string path(const std::string& name) const { return folder_ + "/" + name + ".pem"; }
  /// Only while no store is open: its threads read the environment.
  void trust(const std::string& name) const { ::setenv("SSL_CERT_FILE", path(name).c_str(), 1); }
  /// What redis-server needs to speak TLS as `names`.
  RedisServer::Words settings(const std::string& names, RedisServer::Words more = {}) const {
    authority_.write_for(names, path("redis"), path("key"));
    RedisServer::Words all = {"--tls-port",      port_.number(),       "--bind",
                              "127.0.0.1",       "--tls-cert-file",    path("redis"),
                              "--tls-key-file",  path("key"),          "--tls-ca-cert-file",
                              path("authority"), "--tls-auth-clients", "no"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  std::string url(const std::string& host = "localhost", const std::string& who = "") const {
    return "rediss://" + who + host + ":" + port_.number();
  }
  Error refusal_of(const std::string& url) const {
    std::vector<std::string> warnings;
    const auto opened = open_redis(url, options, warnings);
    EXPECT_FALSE(opened) << url;
    return opened ? Error{} : opened.error();
  }

  Surroundings surroundings;
  Options options = surroundings.options();
  const Authority authority_;
  const ReservedPort port_;

 private:
  const std::optional<std::string> before_ = [] {
    const char* const value = std::getenv("SSL_CERT_FILE");
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  }();
  std::string folder_;
};

TEST_F(RedisTls, KeepsWhatIsLargerThanARecord) {
  const RedisServer server(settings("DNS:localhost"));
  const auto store = open_on(url(), options);
  ASSERT_TRUE(store);
  const std::string large(300'000, 'x');
  ASSERT_TRUE(store->set_configuration(0, large));
  EXPECT_EQ(open_on(url(), options)->configuration(0)->document, large);
}

TEST_F(RedisTls, TheUserAndThePasswordCount) {
  const RedisServer server(settings("DNS:localhost", {"--requirepass", "right"}));
  EXPECT_TRUE(open_on(url("localhost", ":right@"), options));
  EXPECT_TRUE(open_on(url("localhost", "default:right@"), options));
  for (const std::string& who : {std::string(":wrong@"), std::string()}) {
    const Error error = refusal_of(url("localhost", who));
    EXPECT_EQ(error.code, Errc::io);
    EXPECT_NE(error.message.find("the user or the password"), std::string::npos) << error.message;
  }
}

TEST_F(RedisTls, ACertificateOfAnotherAuthorityIsRefusedWithWhatToDo) {
  const RedisServer server(settings("DNS:localhost"));
  Authority().write_own(path("other"));
  trust("other");
  const Error error = refusal_of(url());
  EXPECT_EQ(error.code, Errc::io);
  EXPECT_NE(error.message.find("'localhost' is not trusted"), std::string::npos) << error.message;
  EXPECT_NE(error.message.find("SSL_CERT_FILE"), std::string::npos) << error.message;
}

TEST_F(RedisTls, ACertificateOfAnotherHostIsRefusedWithWhatToDo) {
  const RedisServer server(settings("DNS:other.example,IP:127.0.0.2"));
  for (const std::string& host : {std::string("localhost"), std::string("127.0.0.1")}) {
    const Error error = refusal_of(url(host));
    EXPECT_EQ(error.code, Errc::io);
    EXPECT_NE(error.message.find("is of another host"), std::string::npos) << error.message;
    EXPECT_NE(error.message.find("REDIS_URL"), std::string::npos) << error.message;
  }
}

TEST_F(RedisTls, ACertificateMayBeOfAnAddress) {
  const RedisServer server(settings("IP:127.0.0.1"));
  EXPECT_TRUE(open_on(url("127.0.0.1"), options));
  EXPECT_EQ(refusal_of(url("localhost")).code, Errc::io);
}

TEST_F(RedisTls, WhoeverSpeaksTheOtherWayIsTold) {
  const RedisServer server(settings("DNS:localhost"));
  const Error plain = refusal_of("redis://localhost:" + port_.number());
  EXPECT_NE(plain.message.find("rediss://"), std::string::npos) << plain.message;
}

TEST_F(RedisTls, AServerWithoutTlsIsNamedWithWhatToDo) {
  const RedisServer server({"--port", port_.number(), "--bind", "127.0.0.1"});
  const Error error = refusal_of(url());
  EXPECT_EQ(error.code, Errc::io);
  EXPECT_NE(error.message.find("without TLS it begins with redis://"), std::string::npos)
      << error.message;
}

TEST_F(RedisTls, AServerThatWantsACertificateOfUsIsNamedWithWhatToDo) {
  const RedisServer server(settings("DNS:localhost", {"--tls-auth-clients", "yes"}));
  const Error error = refusal_of(url());
  EXPECT_NE(error.message.find("tls-auth-clients no"), std::string::npos) << error.message;
}

TEST_F(RedisTls, ConnectsAgainAfterARestart) {
  RedisServer server(settings("DNS:localhost", {"--appendonly", "yes", "--appendfsync", "always"}));
  auto store = open_on(url(), options);
  ASSERT_TRUE(store);
  const auto session = store->create_session()->id;
  for (int i = 0; i < 3; ++i) {
    server.stop(SIGKILL);
    EXPECT_EQ(code_of(store->create_upload(session)), Errc::io);
    server.start();
    EXPECT_TRUE(store->create_upload(session));
  }
  EXPECT_EQ(store->list_uploads(session)->size(), 3u);
}

TEST_F(RedisTls, ChangesAreToldAndAfterALostConnectionAgain) {
  const RedisServer server(settings("DNS:localhost"));
  std::counting_semaphore<> told(0);
  auto theirs = options;
  theirs.configuration_changed = [&] { told.release(); };
  const auto first = open_on(url(), options);
  const auto second = open_on(url(), theirs);
  ASSERT_TRUE(first && second);
  ASSERT_TRUE(first->set_configuration(0, "one"));
  told.acquire();
  EXPECT_EQ(second->configuration(0)->document, "one");
  server.ask({"CLIENT", "KILL", "TYPE", "pubsub"});
  told.acquire();
}

// What TLS has decrypted but nobody has read yet is not in the socket, where we look.
TEST_F(RedisTls, NoMessageOfABurstWaitsForTheNext) {
  const RedisServer server(settings("DNS:localhost"));
  std::counting_semaphore<> told(0);
  auto theirs = options;
  theirs.job_changed = [&](Id, Id) { told.release(); };
  const auto store = open_on(url(), theirs);
  ASSERT_TRUE(store);
  constexpr int messages = 5000;
  server.ask({"EVAL",
              "for i = 1, tonumber(ARGV[1]) do "
              "redis.call('PUBLISH', 'csvm:changed', 'somebody session' .. i .. ' job') end",
              "0", std::to_string(messages)});
  for (int i = 0; i < messages; ++i) told.acquire();
}

#ifndef CSVM_HIREDIS_SSL
TEST(RedisWithoutTls, SaysWhatIsMissingAndWhatToDo) {
  std::vector<std::string> warnings;
  const ReservedPort port;
  const RedisServer server({"--port", port.number(), "--bind", "127.0.0.1"});
  const auto opened =
      open_redis("rediss://127.0.0.1:" + port.number(), Surroundings().options(), warnings);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::invalid_input);
  EXPECT_NE(opened.error().message.find("hiredis 1.0 or newer"), std::string::npos)
      << opened.error().message;
}
#endif

}  // namespace
}  // namespace csvm::store
