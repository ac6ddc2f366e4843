// One record to a webhook, to see what comes of it.
#include <fmt/format.h>

#include <algorithm>

#include "csvm/jobs.h"
#include "csvm/output.h"

namespace csvm::jobs {
namespace {

// Takes the payload of the first record of a run.
class FirstRecord final : public pipeline::RowSink {
 public:
  explicit FirstRecord(const columns::FieldSet& fields) : fields_(fields) {}

  Result<void> begin(const pipeline::Table& table, const std::vector<pipeline::Source>&) override {
    payload_.emplace(fields_, table.columns);
    return {};
  }
  void spell(std::span<const std::string_view> values, pipeline::Spelled& out) const override {
    if (out.records.empty()) payload_->spell(values, out.records);
  }
  void spell_left_out(const pipeline::LeftOut&, pipeline::Spelled&) const override {}
  Result<void> write(const pipeline::Spelled& spelled) override {
    if (record_.empty()) record_ = spelled.records;
    return {};
  }

  /// Empty when there was none.
  const std::string& record() const { return record_; }

 private:
  const columns::FieldSet& fields_;
  std::optional<output::Payload> payload_;
  std::string record_;
};

// What was indexed, as if the file ended after its first block.
void cut_after_first_block(pipeline::Source& source) {
  csv::Index& index = source.index;
  if (index.blocks.size() < 2) return;
  const std::uint64_t end = index.blocks[1].byte;
  index.blocks.resize(1);
  index.records = index.blocks.front().records;
  std::erase_if(index.rejects, [end](const csv::Reject& reject) { return reject.byte >= end; });
}

const columns::FieldSet& fields_of(const recipe::MappingConfiguration& configuration,
                                   bool is_company) {
  return is_company ? configuration.company : configuration.people;
}

std::string_view example_of(std::string_view field) {
  using Pair = std::pair<std::string_view, std::string_view>;
  constexpr Pair examples[] = {
      {"First Name", "Ada"},
      {"Last Name", "Example"},
      {"Full Name", "Ada Example"},
      {"Job Title", "Head of Examples"},
      {"LinkedIn Profile", "https://www.linkedin.com/in/ada-example"},
      {"Work Email", "ada@acme.example"},
      {"Company Name", "Acme Example"},
      {"Company Domain", "acme.example"},
      {"Company Website", "acme.example"},
      {"Company Description", "Makes examples"},
      {"Industry", "Tools"},
      {"Company Employee Count", "11-50"},
      {"Company LinkedIn", "https://www.linkedin.com/company/acme-example"},
      {"Company LinkedIn URL", "https://www.linkedin.com/company/acme-example"},
      {"Company LinkedIn Handle", "acme-example"},
      {"Year Founded", "1999"},
  };
  const auto found = std::ranges::find(examples, field, &Pair::first);
  return found == std::end(examples) ? std::string_view() : found->second;
}

std::string sentence(const deliver::Answer& answer) {
  using deliver::Verdict;
  const double ms = std::chrono::duration<double, std::milli>(answer.latency).count();
  if (answer.status == 0) {
    return answer.verdict == Verdict::unanswered
               ? fmt::format("The record was sent, but no answer came: {}", answer.text)
               : fmt::format("The record was not sent: {}", answer.text);
  }
  const std::string said = fmt::format("{} after {:.0f} ms", answer.status, ms);
  switch (answer.verdict) {
    case Verdict::delivered:
      return fmt::format("The receiver took the record: {}.", said);
    case Verdict::throttled:
      return fmt::format("The receiver wants it later: {}. Lower the rate.", said);
    case Verdict::gone:
      return fmt::format("The receiver says that this URL is gone for good: {}.", said);
    case Verdict::rejected:
      return fmt::format("The receiver refused the record: {}.", said);
    default:
      break;
  }
  if (answer.status < 400) {
    return fmt::format("The receiver did not take the record: {}; {}", said, answer.text);
  }
  return fmt::format("The receiver could not take the record: {}.", said);
}

}  // namespace

Result<std::uint64_t> count_records(const Environment& environment, const store::Job& job) {
  const auto result = std::ranges::find(job.results, part_records, &store::ResultFile::part);
  if (result == job.results.end()) {
    return Error{Errc::not_found, "this job has no result (yet)"};
  }
  const auto local = CSVM_TRY(environment.files.fetch({job.session_id, result->name}));
  return CSVM_TRY(LeadFile::open_result(local->path()))->records();
}

Result<std::string> payload_of(const Environment& environment, const store::Job& job,
                               store::Count record) {
  const auto result = std::ranges::find(job.results, part_records, &store::ResultFile::part);
  if (result == job.results.end()) {
    return Error{Errc::not_found, "this job has no result (yet)"};
  }
  const auto local = CSVM_TRY(environment.files.fetch({job.session_id, result->name}));
  const auto file = CSVM_TRY(LeadFile::open_result(local->path()));
  const auto configuration = environment.configuration();
  const auto recipe = CSVM_TRY(recipe::parse_recipe(job.recipe, "the recipe of this job"));
  store::Resumption after;
  if (record > 0) after.finished = {{0, record}};
  const auto records =
      lead_records(*file, fields_of(*configuration, job.table_type == store::TableType::company),
                   std::move(after), {record + 1, recipe.excel_safe});
  auto found = CSVM_TRY(records->next());
  if (!found) return Error{Errc::not_found, "the result of this job has no such record"};
  return std::move(found->body);
}

Result<std::string> first_payload(const Environment& environment, std::string_view session,
                                  std::string_view upload, const recipe::Recipe& recipe) {
  OpenUpload opened = CSVM_TRY(open_upload(environment, session, upload, recipe, {}));
  const auto first = std::ranges::find_if(
      opened.sources, [](const auto& source) { return source.index.records > 0; });
  if (first == opened.sources.end()) {
    return Error{Errc::not_found, "the files of the upload have no record"};
  }
  std::vector<pipeline::Source> sources;
  sources.push_back(std::move(*first));
  sources.front().first_row = 0;
  cut_after_first_block(sources.front());
  opened.settings.matching.mode = cluster::Mode::none;
  const columns::FieldSet fields = opened.settings.fields;
  FirstRecord sink(fields);
  CSVM_TRY(pipeline::run(sources, {}, opened.settings, sink));
  if (sink.record().empty()) return Error{Errc::not_found, "the upload has no record"};
  return sink.record();
}

Result<std::string> sample_payload(const Environment& environment, store::TableType type) {
  const auto configuration = environment.configuration();
  const auto& fields = fields_of(*configuration, type == store::TableType::company);
  std::vector<std::string> headers;
  std::vector<std::string_view> values;
  for (const columns::Field& field : fields.fields) {
    headers.push_back(field.name);
    values.push_back(example_of(field.name));
  }
  std::string body;
  output::Payload(fields, headers).spell(values, body);
  return body;
}

Result<Trial> try_webhook(const Environment& environment, const TrialRequest& asked) {
  const Outgoing& outgoing = environment.outgoing;
  fetch::Request request;
  request.url = CSVM_TRY(fetch::parse_url(asked.url));
  if (!asked.secret.empty()) CSVM_CHECK(deliver::check_secret(asked.secret));
  const deliver::WallTime now = outgoing.wall_clock();
  std::vector<std::string> constant = {"Content-Type: application/json",
                                       "User-Agent: " + outgoing.user_agent};
  constant.insert(constant.end(), asked.headers.begin(), asked.headers.end());
  const std::string id = fmt::format("test_{}", now.time_since_epoch().count());
  request.headers = deliver::headers_of(constant, asked.secret, id, now, asked.body);
  request.body = asked.body;
  request.total_timeout = asked.timeout;
  request.connect_timeout = std::min(request.connect_timeout, asked.timeout);
  fetch::ClientSettings settings;
  settings.rules = outgoing.rules;
  settings.clock = outgoing.clock;
  settings.ca_file = outgoing.ca_file;
  fetch::Client client(settings);
  client.start(std::move(request));
  std::vector<fetch::Response> responses;
  while (responses.empty()) responses = client.poll(std::chrono::seconds(1));
  Trial trial;
  trial.answer = deliver::judge(responses.front(), outgoing.wall_clock());
  trial.detail = sentence(trial.answer);
  return trial;
}

}  // namespace csvm::jobs
