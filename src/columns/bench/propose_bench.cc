// The mapping of one file. The goal: 40 columns with 60 samples each in at most 2 ms.
#include <benchmark/benchmark.h>

#include <string>

#include "csvm/columns.h"

namespace {

namespace columns = csvm::columns;

columns::Source forty_columns(std::size_t samples) {
  columns::Source source;
  for (const char* header : {"First Name",
                             "Last Name",
                             "Title",
                             "Company",
                             "Company Name for Emails",
                             "Email",
                             "Email Status",
                             "Email Confidence",
                             "Seniority",
                             "Departments",
                             "Contact Owner",
                             "Work Direct Phone",
                             "Home Phone",
                             "Mobile Phone",
                             "Corporate Phone",
                             "Other Phone",
                             "Stage",
                             "Lists",
                             "Last Contacted",
                             "Account Owner",
                             "# Employees",
                             "Industry",
                             "Keywords",
                             "Person Linkedin Url",
                             "Website",
                             "Company Linkedin Url",
                             "Facebook Url",
                             "City",
                             "State",
                             "Country",
                             "Company Address",
                             "Company City",
                             "Company State",
                             "Company Country",
                             "Company Phone",
                             "Technologies",
                             "Annual Revenue",
                             "Total Funding",
                             "Latest Funding Amount",
                             "Something Nobody Knows"}) {
    source.headers.emplace_back(header);
    const std::string_view says = header;
    std::vector<std::string>& cells = source.samples.emplace_back();
    for (std::size_t i = 0; i < samples; ++i) {
      const std::string n = std::to_string(100 + i * 7919 % 900);
      const bool linkedin = says.find("Linkedin") != std::string_view::npos;
      cells.push_back(linkedin                    ? "https://www.linkedin.com/in/ana-berg-" + n
                      : says == "Email"           ? "ana." + n + "@tide.example"
                      : says.ends_with("Phone")   ? "+1 212-555-0" + n
                      : says.ends_with("Website") ? "https://www.tide" + n + ".example"
                      : says.ends_with("Url")     ? "https://www.facebook.com/tide" + n
                      : says == "# Employees"     ? n
                                                  : "Some words of a cell " + n);
    }
  }
  return source;
}

void propose(benchmark::State& state) {
  const columns::Source source = forty_columns(static_cast<std::size_t>(state.range(0)));
  const columns::FieldSet& fields = columns::built_in_fields(columns::TableType::people);
  for (auto _ : state) {
    const columns::Mapping mapping = columns::propose(fields, source);
    if (mapping.platform != "Apollo") return state.SkipWithError("not recognised");
    benchmark::DoNotOptimize(mapping.columns.data());
  }
}
BENCHMARK(propose)->Arg(0)->Arg(60)->Unit(benchmark::kMillisecond);

// Nothing is known, so that every header is compared with every alias.
void propose_unknown(benchmark::State& state) {
  columns::Source source;
  for (int i = 0; i < state.range(0); ++i) {
    source.headers.push_back("zq" + std::to_string(i) + "x blorvex grumption");
    source.samples.push_back({"a", "b"});
  }
  const columns::FieldSet& fields = columns::built_in_fields(columns::TableType::people);
  for (auto _ : state) benchmark::DoNotOptimize(columns::propose(fields, source));
}
BENCHMARK(propose_unknown)->Arg(40)->Arg(4000)->Unit(benchmark::kMillisecond);

}  // namespace
