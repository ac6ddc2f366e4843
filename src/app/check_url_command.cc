#include "check_url_command.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "csvm/fetch.h"
#include "destination_options.h"
#include "run_options.h"

namespace csvm::app {
namespace {

struct CheckUrlOptions {
  std::string url;
  std::string answers_file;
  DestinationOptions destination;
};

Error bad_answers(const std::string& path, std::string_view what) {
  return {Errc::invalid_input, fmt::format("--dns '{}': {}", path, what)};
}

// A resolver that knows a file and nothing else: {"host": [["first answer", ...], ["second"]]}.
// All answers of a host are returned together, so that each of them is checked.
Result<fetch::Resolver> resolver_from(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return bad_answers(path, "cannot be read");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  boost::system::error_code failed;
  const boost::json::value root = boost::json::parse(text, failed);
  const boost::json::object* hosts = failed ? nullptr : root.if_object();
  if (hosts == nullptr) return bad_answers(path, "not a JSON object");
  std::map<std::string, std::vector<fetch::Address>> known;
  for (const auto& [host, answers] : *hosts) {
    // Names are asked for in ASCII and lower case, however the file spells them.
    const auto url = fetch::parse_url(fmt::format("http://{}/", std::string_view(host)));
    std::vector<fetch::Address>& addresses = known[url ? url->host : std::string(host)];
    if (!answers.is_array()) return bad_answers(path, "a host without a list of answers");
    for (const auto& answer : answers.get_array()) {
      if (!answer.is_array()) return bad_answers(path, "an answer that is no list of addresses");
      for (const auto& entry : answer.get_array()) {
        const auto address =
            entry.is_string() ? fetch::parse_address(entry.get_string()) : std::nullopt;
        if (!address) return bad_answers(path, "an answer with something that is no address");
        addresses.push_back(*address);
      }
    }
  }
  return fetch::Resolver(
      [known = std::move(known)](const std::string& host) -> Result<std::vector<fetch::Address>> {
        const auto found = known.find(host);
        if (found == known.end()) {
          return Error{Errc::not_found, fmt::format("the name '{}' does not exist", host)};
        }
        return found->second;
      });
}

int verdict(const Result<std::string>& checked) {
  if (checked) {
    fmt::print("allow {}\n", *checked);
    return exit_ok;
  }
  fmt::print("deny {}\n", checked.error().message);
  return exit_failed;
}

Result<std::string> check(const CheckUrlOptions& settings, const fetch::AddressRules& rules,
                          const fetch::Resolver& resolver) {
  const fetch::Url url = CSVM_TRY(fetch::parse_url(settings.url));
  const auto addresses = CSVM_TRY(fetch::check_destination(url, rules, resolver));
  std::string shown;
  for (const fetch::Address& address : addresses) {
    shown += (shown.empty() ? "" : ", ") + fetch::to_string(address);
  }
  return fmt::format("{} leads to {}", url.host, shown);
}

int run(const CheckUrlOptions& settings) {
  const auto rules = address_rules(settings.destination);
  if (!rules) {
    print_error(rules.error());
    return exit_usage;
  }
  fetch::Resolver resolver = fetch::resolve_by_system;
  if (!settings.answers_file.empty()) {
    auto from_file = resolver_from(settings.answers_file);
    if (!from_file) {
      print_error(from_file.error());
      return exit_usage;
    }
    resolver = std::move(*from_file);
  }
  return verdict(check(settings, *rules, resolver));
}

}  // namespace

Command check_url_command(CLI::App& app) {
  auto settings = std::make_shared<CheckUrlOptions>();
  CLI::App* command =
      app.add_subcommand("check-url", "Says whether a webhook may go to a URL: allow or deny.");
  command->add_option("url", settings->url, "The webhook's URL")->required();
  command
      ->add_option("--dns", settings->answers_file,
                   "Resolve names from this JSON file: {\"host\": [[\"address\", ...], ...]}")
      ->type_name("FILE");
  add_destination_options(*command, settings->destination);
  return {command, [settings] { return run(*settings); }};
}

}  // namespace csvm::app
