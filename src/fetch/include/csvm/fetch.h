// csvm/fetch.h - one outgoing HTTP request in, one response out. The only public header of module
// `fetch`.
//
//   deliver --> Client::start / poll --> libcurl --> a receiver
//               parse_url, check_destination: where a request may go at all
//   files/s3, app --> OperatorClient::exchange --> libcurl --> a server of the operator's choice
//
// Never retries, never follows a redirect, never talks to a proxy.
#pragma once

#include <array>
#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "csvm/base.h"

namespace csvm::fetch {

/// An IPv4 or IPv6 address; IPv4 fills the first four bytes.
struct Address {
  std::array<std::uint8_t, 16> bytes{};
  bool is_v6 = false;
  auto operator<=>(const Address&) const = default;
};

/// Reads canonical text only: dotted decimal without leading zeros, or RFC 5952. Anything else
/// ("127.1", "0x7f000001", "::0001", a zone) is nullopt.
std::optional<Address> parse_address(std::string_view text);
std::string to_string(const Address& address);

/// The addresses that share a prefix.
struct Network {
  Address address;
  unsigned prefix_bits = 0;
};

/// Which addresses besides public ones an operator lets webhooks reach.
struct AddressRules {
  bool allow_private = false;  // loopback, private and carrier networks, names without a dot
  std::vector<Network> allowed_networks;
  std::vector<std::string> allowed_hosts;  // lower case; their addresses may be private
};

/// Adds "10.2.0.0/16", "10.2.3.4" or "hooks.intra.example" to `rules`.
/// Fails with `invalid_input` for anything else.
Result<void> allow(std::string_view network_or_host, AddressRules& rules);

/// A destination, parsed once; every later step uses these parts and never the user's text.
struct Url {
  std::string text;  // what is requested: ASCII, without user info and fragment
  bool is_https = false;
  std::string host;  // lower case, ASCII, without brackets and trailing dot
  std::uint16_t port = 0;
  std::optional<Address> address;  // set when the host is one
};

/// Parses an absolute http or https URL. Stricter than browsers: what two programs could read
/// differently is refused with `invalid_input` (user info, back slashes, blanks, escapes in the
/// host, addresses or names not in canonical spelling, ports that browsers block).
/// Source: WHATWG URL, RFC 3986, RFC 5952, UTS 46; Fetch "bad port".
Result<Url> parse_url(std::string_view text);

/// Host name -> its addresses. May block. Called by Client on a thread of its own, one call at a
/// time for each name.
using Resolver = std::function<Result<std::vector<Address>>(const std::string& host)>;

/// The system's resolver (getaddrinfo). Fails with `not_found` or `io`.
Result<std::vector<Address>> resolve_by_system(const std::string& host);

/// Whether a request may go to `address`: public unicast by IANA's registries, or allowed by the
/// rules; never a cloud's metadata service, whatever the rules say. Fails with `refused`.
/// `host` is the name that led there; empty for none.
Result<void> check_address(const Address& address, std::string_view host,
                           const AddressRules& rules);

/// Whether the name itself may be asked for (local zones, names without a dot). `refused` if not.
Result<void> check_host(const Url& url, const AddressRules& rules);

/// Checks the name, resolves it and checks every answer; returns the addresses.
/// Fails with `refused`, or with what `resolver` failed with.
Result<std::vector<Address>> check_destination(const Url& url, const AddressRules& rules,
                                               const Resolver& resolver);

/// One POST. `id` is the caller's and comes back in the response.
struct Request {
  std::uint64_t id = 0;
  Url url;
  std::vector<std::string> headers;  // "Name: value"; no line breaks
  std::string body;
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds total_timeout{30'000};
};

enum class Ending {
  answered,      // a status and complete headers came
  refused,       // the address rules forbid it; nothing was sent
  not_resolved,  // the name has no address
  not_connected,
  tls_failed,
  timed_out,  // connected, but no complete answer in time
  broken,     // the connection ended, or what came was no HTTP, before a complete answer
};

struct Response {
  std::uint64_t id = 0;
  Ending ending = Ending::broken;
  int status = 0;             // only when answered
  bool request_sent = false;  // the receiver may have got the request, or a part of it
  std::vector<std::pair<std::string, std::string>> headers;  // kept ones, names in lower case
  std::string excerpt;                                       // start of the answer's body
  std::string reason;  // when not answered: one sentence for people
  std::chrono::microseconds latency{0};
};

struct ClientSettings {
  AddressRules rules;
  Resolver resolver = resolve_by_system;
  std::function<std::chrono::steady_clock::time_point()> clock;  // must be set
  std::chrono::seconds answers_last{30};  // how long a name's addresses are used again
  std::string ca_file;                    // PEM; empty: the system's authorities
  std::size_t max_excerpt_bytes = 512;
  std::size_t max_body_bytes = std::size_t{64} << 10;    // then the connection is closed
  std::size_t max_header_bytes = std::size_t{32} << 10;  // of all headers of one answer
  std::vector<std::string> kept_headers = {"retry-after", "ratelimit", "x-ratelimit",
                                           "location"};  // beginnings of names
};

/// Sends requests side by side over pooled connections (HTTP/2 where TLS offers it).
///
/// Ownership: owns its connections; abandons what is under way when destroyed, and waits for
///            look-ups that are running.
/// Threads:   one thread calls start and poll; any thread may call wake.
/// Process:   the first one makes the process ignore SIGPIPE, unless it is handled already.
/// Errors:    every started request ends in exactly one Response of poll().
class Client {
 public:
  explicit Client(ClientSettings settings);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void start(Request request);

  /// Waits up to `longest` for something to end; returns what ended, possibly nothing.
  std::vector<Response> poll(std::chrono::milliseconds longest);

  /// Makes a poll() that is waiting, or the next one, return soon.
  void wake();

  /// Requests started and not yet returned by poll().
  std::size_t in_flight() const;

 private:
  class Engine;
  std::unique_ptr<Engine> engine_;
};

/// One request of any method to a server that the operator has named in the settings. No address
/// rules hold for it: a bucket may well lie in the private network.
struct Exchange {
  std::string method = "GET";
  std::string url;                   // absolute, http or https, escaped; requested as it stands
  std::vector<std::string> headers;  // "Name: value"; no line breaks
  std::string_view body;             // borrowed until the call returns
  /// Takes the body of a 2xx answer (if `taken_status` is set: of one with that status) piece by
  /// piece; false ends the exchange as `broken`. Other bodies are in `Reply::body`.
  std::function<bool(std::string_view)> take_body;
  int taken_status = 0;
  std::size_t max_body_bytes = std::size_t{8} << 20;  // in Reply::body; more is `broken`
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::seconds stall_timeout{30};  // without a byte in any direction
};

struct Reply {
  Ending ending = Ending::broken;  // `answered`: the whole answer came, body included
  int status = 0;                  // 0 when there was none; may be set though `broken`
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;
  std::string reason;  // when not `answered`: one sentence for people

  /// The first value of a header, its name in lower case; empty when there is none.
  std::string_view header(std::string_view name) const;
};

/// Sends one request at a time for each thread that calls, over connections that are kept.
///
/// Threads: any number may call at once; each call blocks until its answer is whole.
/// Process: as Client.
class OperatorClient {
 public:
  /// `ca_file`: PEM; empty: the system's authorities.
  explicit OperatorClient(std::string ca_file = "");
  ~OperatorClient();
  OperatorClient(const OperatorClient&) = delete;
  OperatorClient& operator=(const OperatorClient&) = delete;

  Reply exchange(const Exchange& request);

 private:
  class Handles;
  std::unique_ptr<Handles> handles_;
};

}  // namespace csvm::fetch
