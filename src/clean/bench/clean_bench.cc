// Cleaning cells like the users'. The goals, one core: a cell of 20 bytes that is clean already in
// at most 10 ns (Role::other), registrable_domain in at most 150 ns.
#include <benchmark/benchmark.h>

#include <random>

#include "csvm/clean.h"

namespace {

namespace clean = csvm::clean;
using csvm::columns::Role;

constexpr std::size_t cells = 4096;

/// Words joined to `least` bytes or a little more; the same every run.
std::vector<std::string> texts(std::size_t least, std::string_view suffix = "") {
  const char* const words[] = {"Global", "and",  "Marketing", "of",     "North",  "Systems",
                               "Berlin", "lead", "Director",  "Growth", "Vienna", "Data"};
  std::mt19937 random(3);
  std::vector<std::string> out(cells);
  for (auto& text : out) {
    while (text.size() + suffix.size() < least) {
      if (!text.empty()) text += ' ';
      text += words[random() % std::size(words)];
    }
    text += suffix;
  }
  return out;
}

std::vector<std::string> numbered(std::string_view before, std::string_view after) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < cells; ++i) {
    out.push_back(std::string(before) + std::to_string(i * 7919 % 100000) + std::string(after));
  }
  return out;
}

void clean_cells(benchmark::State& state, Role role, const std::vector<std::string>& values) {
  const clean::Rules rules;
  clean::Cleaner cleaner(rules);
  std::size_t bytes = 0;
  for (const auto& value : values) bytes += value.size();
  for (auto _ : state) {
    for (const auto& value : values) benchmark::DoNotOptimize(cleaner.clean(role, value));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(values.size()));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
  state.counters["ns_per_cell"] = benchmark::Counter(
      static_cast<double>(state.iterations()) * static_cast<double>(values.size()) / 1e9,
      benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

#define CELLS(name, role, values) BENCHMARK_CAPTURE(clean_cells, name, Role::role, values)

CELLS(other_6_bytes, other, texts(6));
CELLS(other_20_bytes, other, texts(20));
CELLS(other_60_bytes, other, texts(60));
CELLS(other_300_bytes, company_description, texts(300));
CELLS(other_20_bytes_accents, other, texts(20, "\u00fcnster"));
CELLS(other_20_bytes_chinese, other, texts(20, "\u963f\u91cc\u5df4\u5df4"));
CELLS(other_needs_whitespace, other, texts(20, "  "));
CELLS(first_name_clean, first_name, texts(6));
CELLS(full_name_capitals, full_name, numbered("JOHN SMITH ", ""));
CELLS(full_name_changed, full_name, (std::vector<std::string>(cells, "JAN VAN DER BERG")));
CELLS(email_clean, work_email, numbered("jane.doe", "@acme.com"));
CELLS(email_changed, work_email, numbered("Jane.Doe", "@Acme.com"));
CELLS(domain_clean, company_domain, numbered("acme", ".com"));
CELLS(domain_url, company_domain, numbered("https://www.acme", ".com/about?x=1"));
CELLS(linkedin_clean, person_linkedin, numbered("https://www.linkedin.com/in/jane-doe-", ""));
CELLS(linkedin_changed, person_linkedin, numbered("http://linkedin.com/in/jane-doe-", "/"));
CELLS(phone_clean, phone, numbered("+1 555 01", ""));

void hosts(benchmark::State& state, std::string_view suffix) {
  const auto values = numbered("acme-systems", suffix);
  for (auto _ : state) {
    for (const auto& value : values) benchmark::DoNotOptimize(clean::registrable_domain(value));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(values.size()));
}
BENCHMARK_CAPTURE(hosts, com, ".com");
BENCHMARK_CAPTURE(hosts, co_uk, ".shop.co.uk");

void shared_hosts(benchmark::State& state) {
  const auto values = numbered("acme-systems", ".com");
  for (auto _ : state) {
    for (const auto& value : values) benchmark::DoNotOptimize(clean::is_shared_host(value));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(values.size()));
}
BENCHMARK(shared_hosts);

void free_mail_domains(benchmark::State& state) {
  const auto values = numbered("acme-systems", ".com");
  for (auto _ : state) {
    for (const auto& value : values) benchmark::DoNotOptimize(clean::is_free_mail_domain(value));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(values.size()));
}
BENCHMARK(free_mail_domains);

void split_names(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(clean::split_name("Ludwig van Beethoven"));
}
BENCHMARK(split_names);

}  // namespace
