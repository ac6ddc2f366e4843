// The loop around libcurl's multi handle: look-ups, handles, ends.
#include <curl/curl.h>
#include <fmt/format.h>

#include <cassert>
#include <deque>
#include <map>
#include <set>

#include "csvm/fetch.h"
#include "libcurl.h"
#include "lookups.h"
#include "transfer.h"

namespace csvm::fetch {
namespace {

constexpr long pooled_connections = 512;

struct CloseMulti {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};

// What is known of a host name.
struct Host {
  bool asked = false;  // a look-up is under way
  std::chrono::steady_clock::time_point good_until{};
  std::vector<Address> addresses;
  std::deque<Transfer*> waiting;
  std::set<std::uint16_t> known_ports;  // for which libcurl has the addresses
};

}  // namespace

class Client::Engine {
 public:
  explicit Engine(ClientSettings settings)
      : settings_(std::move(settings)),
        multi_(curl_multi_init()),
        lookups_(settings_.resolver, [this] { wake(); }) {
    assert(settings_.clock);
    curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, pooled_connections);
  }

  ~Engine() {
    for (const auto& transfer : transfers_) {
      curl_multi_remove_handle(multi_.get(), transfer->handle());
    }
  }
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  void start(Request request) {
    Transfer* transfer = idle_transfer();
    transfer->prepare(std::move(request));
    ++in_flight_;
    const Url& url = transfer->request().url;
    if (const auto allowed = check_host(url, settings_.rules); !allowed) {
      end(transfer, transfer->fail(allowed.error()));
      return;
    }
    if (url.address) {
      const auto allowed = check_address(*url.address, url.host, settings_.rules);
      if (!allowed) {
        end(transfer, transfer->fail(allowed.error()));
      } else {
        curl_multi_add_handle(multi_.get(), transfer->handle());
      }
      return;
    }
    Host& host = hosts_[url.host];
    if (!host.asked && !host.addresses.empty() && settings_.clock() < host.good_until) {
      send(transfer, host);
      return;
    }
    host.waiting.push_back(transfer);
    if (!host.asked) {
      host.asked = true;
      lookups_.start(url.host);
    }
  }

  std::vector<Response> poll(std::chrono::milliseconds longest) {
    take_answers();
    collect();
    if (ended_.empty()) {
      int ready = 0;
      curl_multi_poll(multi_.get(), nullptr, 0, static_cast<int>(longest.count()), &ready);
      take_answers();
      collect();
    }
    in_flight_ -= ended_.size();
    return std::exchange(ended_, {});
  }

  void wake() { curl_multi_wakeup(multi_.get()); }
  std::size_t in_flight() const { return in_flight_; }

 private:
  Transfer* idle_transfer() {
    if (idle_.empty()) {
      transfers_.push_back(std::make_unique<Transfer>(settings_));
      return transfers_.back().get();
    }
    Transfer* transfer = idle_.back();
    idle_.pop_back();
    return transfer;
  }

  void send(Transfer* transfer, Host& host) {
    const std::uint16_t port = transfer->request().url.port;
    if (host.known_ports.insert(port).second) {
      std::string text = fmt::format("{}:{}:", transfer->request().url.host, port);
      for (std::size_t i = 0; i < host.addresses.size(); ++i) {
        const Address& address = host.addresses[i];
        text += fmt::format(fmt::runtime(address.is_v6 ? "{}[{}]" : "{}{}"), i == 0 ? "" : ",",
                            to_string(address));
      }
      transfer->set_addresses(text);
    }
    transfer->allow_only(host.addresses);
    curl_multi_add_handle(multi_.get(), transfer->handle());
  }

  void take_answers() {
    for (Lookups::Answer& answer : lookups_.take()) {
      Host& host = hosts_[answer.host];
      host.asked = false;
      // Every answer is checked, not only the one that would be used.
      auto waiting = std::exchange(host.waiting, {});
      const Url& url = waiting.front()->request().url;
      auto checked = check_destination(
          url, settings_.rules, [&](const std::string&) { return std::move(answer.addresses); });
      if (!checked) {
        host.addresses.clear();
        for (Transfer* transfer : waiting) end(transfer, transfer->fail(checked.error()));
        continue;
      }
      host.good_until = settings_.clock() + settings_.answers_last;
      if (host.addresses != *checked) {
        host.addresses = std::move(*checked);
        host.known_ports.clear();
      }
      for (Transfer* transfer : waiting) send(transfer, host);
    }
  }

  void collect() {
    int running = 0;
    curl_multi_perform(multi_.get(), &running);
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode result = message->data.result;
      CURL* handle = message->easy_handle;
      void* self = nullptr;
      curl_easy_getinfo(handle, CURLINFO_PRIVATE, &self);
      curl_multi_remove_handle(multi_.get(), handle);
      auto* transfer = static_cast<Transfer*>(self);
      end(transfer, transfer->finish(result));
    }
  }

  void end(Transfer* transfer, Response response) {
    ended_.push_back(std::move(response));
    idle_.push_back(transfer);
  }

  const ClientSettings settings_;
  std::unique_ptr<CURLM, CloseMulti> multi_;
  std::map<std::string, Host> hosts_;
  std::vector<std::unique_ptr<Transfer>> transfers_;
  std::vector<Transfer*> idle_;
  std::vector<Response> ended_;
  std::size_t in_flight_ = 0;
  Lookups lookups_;  // last: its threads are joined before the rest goes
};

Client::Client(ClientSettings settings) {
  set_up_libcurl();
  engine_ = std::make_unique<Engine>(std::move(settings));
}
Client::~Client() = default;

void Client::start(Request request) { engine_->start(std::move(request)); }
std::vector<Response> Client::poll(std::chrono::milliseconds longest) {
  return engine_->poll(longest);
}
void Client::wake() { engine_->wake(); }
std::size_t Client::in_flight() const { return engine_->in_flight(); }

}  // namespace csvm::fetch
