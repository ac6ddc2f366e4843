#include "bucket.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "xml.h"

namespace csvm::files::s3 {
namespace {

constexpr unsigned usual_tries = 9;
constexpr unsigned few_tries = 2;
constexpr std::chrono::milliseconds first_wait{50};
constexpr std::chrono::milliseconds longest_wait{3'000};
constexpr std::chrono::seconds longest_trying{60};  // no new try after that
constexpr std::size_t most_keys_at_once = 1000;     // of DeleteObjects
constexpr std::string_view nothing_sha256 =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

bool is_good(const fetch::Reply& reply) {
  return reply.ending == fetch::Ending::answered && reply.status >= 200 && reply.status < 300;
}

// What goes away by itself, or what a network does. A refused certificate does not.
bool is_passing(const fetch::Reply& reply) {
  if (reply.ending != fetch::Ending::answered) {
    return reply.ending != fetch::Ending::tls_failed && reply.ending != fetch::Ending::refused;
  }
  if (reply.status >= 500) return reply.status != 501 && reply.status != 507;
  if (reply.status == 429 || reply.status == 408) return true;
  const std::string code = text_of(reply.body, "Code");
  return code == "RequestTimeout" || code == "OperationAborted" || code == "SlowDown";
}

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || failed != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return number;
}

Found found_in(const fetch::Reply& reply) {
  Found found;
  found.etag = reply.header("etag");
  found.writer = reply.header("x-amz-meta-writer");
  std::string_view total = reply.header("content-range");  // "bytes 0-99/1234"
  total = total.empty() ? reply.header("content-length") : total.substr(total.rfind('/') + 1);
  found.bytes = number_in(total).value_or(0);
  return found;
}

bool is_prefix(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == '/';
  });
}

// Amazon's rule for names that may stand in a host name; they hold for other stores too.
bool is_bucket_name(std::string_view text) {
  return text.size() >= 3 && text.size() <= 63 && std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
         });
}

}  // namespace

Result<std::unique_ptr<Bucket>> Bucket::open(const BucketSettings& settings) {
  const auto wrong = [](std::string message) {
    return Error{Errc::invalid_input, std::move(message)};
  };
  if (!is_bucket_name(settings.bucket)) {
    return wrong(
        fmt::format("S3_BUCKET: '{}' is no name of a bucket: 3 to 63 of a-z, 0-9, '-' and '.'",
                    settings.bucket));
  }
  if (settings.access_key_id.empty() || settings.secret_access_key.empty()) {
    return wrong("S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY are needed with S3_BUCKET");
  }
  if (!is_prefix(settings.prefix) || settings.prefix.starts_with('/')) {
    return wrong(
        fmt::format("S3_PREFIX: '{}' must be letters, digits and '-_./', not beginning with '/'",
                    settings.prefix));
  }
  const std::string endpoint = settings.endpoint.empty()
                                   ? fmt::format("https://s3.{}.amazonaws.com", settings.region)
                                   : settings.endpoint;
  const auto parsed = fetch::parse_url(endpoint);
  if (!parsed) {
    return wrong(
        fmt::format("S3_ENDPOINT: '{}' is not usable: {}", endpoint, parsed.error().message));
  }
  const std::string_view scheme = parsed->is_https ? "https://" : "http://";
  const std::string_view path =
      std::string_view(parsed->text)
          .substr(std::min(parsed->text.size(), parsed->text.find('/', scheme.size())));
  if (path.size() > 1) {
    return wrong(fmt::format(
        "S3_ENDPOINT: '{}' must end after the host; the bucket is named by S3_BUCKET", endpoint));
  }
  std::string host = parsed->host;
  if (parsed->address && parsed->address->is_v6) host = fmt::format("[{}]", host);
  if (!settings.path_style) host = fmt::format("{}.{}", settings.bucket, host);
  if (parsed->port != (parsed->is_https ? 443 : 80)) host += fmt::format(":{}", parsed->port);
  std::string url = std::string(scheme) + host;
  return std::unique_ptr<Bucket>(
      new Bucket(settings, std::move(url), std::move(host),
                 settings.path_style ? fmt::format("/{}/", settings.bucket) : "/"));
}

Bucket::Bucket(const BucketSettings& settings, std::string url, std::string host, std::string path)
    : settings_(settings),
      credentials_{settings.access_key_id, settings.secret_access_key, settings.session_token},
      url_(std::move(url)),
      host_(std::move(host)),
      path_(std::move(path)),
      client_(settings.ca_file) {}

std::string Bucket::new_token() {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz234567";
  std::array<std::byte, 16> random{};
  settings_.random(random);
  std::string token;
  for (const std::byte byte : random) token += letters[std::to_integer<std::size_t>(byte) % 32];
  return token;
}

fetch::Reply Bucket::send_once(const Request& request) {
  Unsigned parts;
  parts.method = request.method;
  parts.host = host_;
  parts.path = path_ + (request.key.empty() ? "" : escape_path(settings_.prefix + request.key));
  parts.query = request.query;
  parts.headers = request.headers;
  parts.payload_sha256 =
      request.body.empty() ? std::string(nothing_sha256) : sha256_hex(request.body);
  const std::string query = query_text(parts);

  fetch::Exchange exchange;
  exchange.method = request.method;
  exchange.url = url_ + parts.path + (query.empty() ? "" : "?" + query);
  for (const auto& [name, value] :
       sign(parts, credentials_, settings_.region,
            std::chrono::floor<std::chrono::seconds>(settings_.now()))) {
    exchange.headers.push_back(fmt::format("{}: {}", name, value));
  }
  exchange.body = request.body;
  exchange.take_body = request.take_body;
  exchange.taken_status = request.taken_status;
  return client_.exchange(exchange);
}

bool Bucket::may_try_again(const fetch::Reply& reply, unsigned attempts, Time since,
                           Patience patience) {
  if (!is_passing(reply)) return false;
  if (attempts >= (patience == Patience::usual ? usual_tries : few_tries)) return false;
  if (settings_.now() - since > longest_trying) return false;
  std::array<std::byte, 2> random{};
  settings_.random(random);
  const auto chance = std::to_integer<int>(random[0]) * 256 + std::to_integer<int>(random[1]);
  const auto most = std::min(longest_wait, first_wait * (1 << std::min(attempts - 1, 10U)));
  settings_.wait(most / 2 + most * chance / 131'072);  // a half to the whole of it
  return true;
}

fetch::Reply Bucket::send(const Request& request) {
  const Time begun = settings_.now();
  for (unsigned attempts = 1;; ++attempts) {
    fetch::Reply reply = send_once(request);
    if (is_good(reply) || !may_try_again(reply, attempts, begun, request.patience)) return reply;
  }
}

Result<fetch::Reply> Bucket::perform(const Request& request) {
  fetch::Reply reply = send(request);
  if (!is_good(reply)) return error_of(reply);
  return reply;
}

Result<void> Bucket::put(const std::string& key, std::string_view data, Patience patience) {
  Request request;
  request.method = "PUT";
  request.key = key;
  request.headers = {{"content-md5", md5_base64(data)}};
  request.body = data;
  request.patience = patience;
  CSVM_TRY(perform(request));
  return {};
}

Result<Found> Bucket::get(const std::string& key, std::uint64_t offset, std::uint64_t length,
                          const std::string& etag,
                          const std::function<Result<void>(std::string_view)>& take,
                          Patience patience) {
  Found found;
  found.etag = etag;
  std::uint64_t got = 0;
  std::uint64_t wanted = length;
  Result<void> taken;
  unsigned attempts = 1;
  Time begun = settings_.now();
  while (true) {
    const std::uint64_t from = offset + got;
    Request request;
    request.method = "GET";
    request.key = key;
    request.headers = {{"range", fmt::format("bytes={}-{}", from, offset + length - 1)}};
    if (!found.etag.empty()) request.headers.emplace_back("if-match", found.etag);
    const std::uint64_t got_before = got;
    request.take_body = [&](std::string_view data) {
      data = data.substr(
          0, static_cast<std::size_t>(std::min<std::uint64_t>(wanted - got, data.size())));
      taken = take(data);
      got += data.size();
      return taken.has_value() && got < wanted;
    };
    // An answer that ignores the range begins with another byte.
    if (from > 0) request.taken_status = 206;
    const fetch::Reply reply = send_once(request);
    if (!taken) return taken.error();
    if (reply.status == 200 && from > 0) {
      return Error{Errc::io, "the object store ignores ranges of bytes; it cannot be used"};
    }
    if (reply.status == 206 || reply.status == 200) {
      const Found now = found_in(reply);
      if (found.etag.empty()) found = now;
      found.bytes = now.bytes;
      found.writer = now.writer;
      wanted = std::min(length, now.bytes > offset ? now.bytes - offset : 0);
      if (got >= wanted) return found;
    } else if (reply.status == 416 && from == 0) {
      // There is no first byte of an empty object.
      found = CSVM_TRY(head(key));
      if (found.bytes == 0) return found;
      return error_of(reply);
    }
    if (got > got_before) {  // it goes forward
      attempts = 1;
      begun = settings_.now();
    }
    if (!may_try_again(reply, attempts, begun, patience)) {
      if (reply.ending == fetch::Ending::answered && is_good(reply)) {
        return Error{Errc::io, "the object store sent fewer bytes than it announced"};
      }
      return error_of(reply);
    }
    ++attempts;
  }
}

Result<Found> Bucket::head(const std::string& key) {
  Request request;
  request.method = "HEAD";
  request.key = key;
  return found_in(CSVM_TRY(perform(request)));
}

Result<void> Bucket::remove(const std::string& key) {
  Request request;
  request.method = "DELETE";
  request.key = key;
  const auto removed = perform(request);
  if (removed || removed.error().code == Errc::not_found) return {};
  return removed.error();
}

Result<void> Bucket::remove(const std::vector<std::string>& keys) {
  if (keys.size() == 1) return remove(keys.front());
  for (std::size_t begin = 0; begin < keys.size(); begin += most_keys_at_once) {
    std::string body = "<Delete><Quiet>true</Quiet>";
    const std::size_t end = std::min(keys.size(), begin + most_keys_at_once);
    for (std::size_t i = begin; i < end; ++i) {
      body += fmt::format("<Object><Key>{}</Key></Object>", escape_xml(settings_.prefix + keys[i]));
    }
    body += "</Delete>";
    Request request;
    request.method = "POST";
    request.query = {{"delete", ""}};
    request.headers = {{"content-md5", md5_base64(body)}, {"content-type", "application/xml"}};
    request.body = body;
    const fetch::Reply reply = CSVM_TRY(perform(request));
    for (const std::string_view failed : elements(reply.body, "Error")) {
      if (text_of(failed, "Code") == "NoSuchKey") continue;
      return Error{Errc::io, fmt::format("the object store does not remove '{}': {}",
                                         text_of(failed, "Key"), text_of(failed, "Message"))};
    }
  }
  return {};
}

std::string Bucket::without_prefix(std::string key) const {
  if (key.starts_with(settings_.prefix)) key.erase(0, settings_.prefix.size());
  return key;
}

Result<std::vector<Listed>> Bucket::list(const std::string& beginning) {
  std::vector<Listed> all;
  std::string token;
  do {
    Request request;
    request.method = "GET";
    request.query = {{"list-type", "2"}, {"prefix", settings_.prefix + beginning}};
    if (!token.empty()) request.query.emplace_back("continuation-token", token);
    const fetch::Reply reply = CSVM_TRY(perform(request));
    for (const std::string_view entry : elements(reply.body, "Contents")) {
      all.push_back({without_prefix(text_of(entry, "Key")),
                     number_in(text_of(entry, "Size")).value_or(0),
                     parse_time(text_of(entry, "LastModified")).value_or(Time{})});
    }
    token = text_of(reply.body, "NextContinuationToken");
  } while (!token.empty());
  return all;
}

Result<std::vector<std::string>> Bucket::folders() {
  std::vector<std::string> all;
  std::string token;
  do {
    Request request;
    request.method = "GET";
    request.query = {{"list-type", "2"}, {"prefix", settings_.prefix}, {"delimiter", "/"}};
    if (!token.empty()) request.query.emplace_back("continuation-token", token);
    const fetch::Reply reply = CSVM_TRY(perform(request));
    for (const std::string_view entry : elements(reply.body, "CommonPrefixes")) {
      std::string folder = without_prefix(text_of(entry, "Prefix"));
      if (folder.ends_with('/')) folder.pop_back();
      all.push_back(std::move(folder));
    }
    token = text_of(reply.body, "NextContinuationToken");
  } while (!token.empty());
  return all;
}

Result<std::string> Bucket::begin_upload(const std::string& key, const std::string& writer) {
  Request request;
  request.method = "POST";
  request.key = key;
  request.query = {{"uploads", ""}};
  request.headers = {{"x-amz-meta-writer", writer}};
  const fetch::Reply reply = CSVM_TRY(perform(request));
  std::string id = text_of(reply.body, "UploadId");
  if (id.empty()) return Error{Errc::io, "the object store begins an upload without naming it"};
  return id;
}

Result<std::string> Bucket::upload_part(const std::string& key, const std::string& id,
                                        unsigned number, std::string_view data) {
  Request request;
  request.method = "PUT";
  request.key = key;
  request.query = {{"partNumber", fmt::format("{}", number)}, {"uploadId", id}};
  request.headers = {{"content-md5", md5_base64(data)}};
  request.body = data;
  const fetch::Reply reply = CSVM_TRY(perform(request));
  std::string etag(reply.header("etag"));
  if (etag.empty()) return Error{Errc::io, "the object store took a part without naming it"};
  return etag;
}

Result<void> Bucket::complete_upload(const std::string& key, const std::string& id,
                                     const std::vector<std::string>& etags,
                                     const std::string& writer) {
  std::string body = "<CompleteMultipartUpload>";
  for (std::size_t i = 0; i < etags.size(); ++i) {
    body += fmt::format("<Part><PartNumber>{}</PartNumber><ETag>{}</ETag></Part>", i + 1,
                        escape_xml(etags[i]));
  }
  body += "</CompleteMultipartUpload>";
  Request request;
  request.method = "POST";
  request.key = key;
  request.query = {{"uploadId", id}};
  request.headers = {{"content-type", "application/xml"}};
  request.body = body;
  const Time begun = settings_.now();
  for (unsigned attempts = 1;; ++attempts) {
    fetch::Reply reply = send_once(request);
    if (is_good(reply)) {
      if (elements(reply.body, "Error").empty()) return {};
      reply.status = 500;  // said too late to be a status: the answer had begun
    }
    // An answer that was lost may have been a good one: then the upload is gone and the object
    // there.
    if (reply.status == 404 && attempts > 1) {
      const auto found = head(key);
      if (found && found->writer == writer) return {};
    }
    if (!may_try_again(reply, attempts, begun, Patience::usual)) return error_of(reply);
  }
}

Result<void> Bucket::abort_upload(const std::string& key, const std::string& id) {
  Request request;
  request.method = "DELETE";
  request.key = key;
  request.query = {{"uploadId", id}};
  const fetch::Reply reply = send(request);
  if (is_good(reply) || reply.status == 404) return {};
  return error_of(reply);
}

Result<std::vector<Unfinished>> Bucket::unfinished(const std::string& beginning) {
  std::vector<Unfinished> all;
  std::string key_marker, id_marker;
  do {
    Request request;
    request.method = "GET";
    request.query = {{"uploads", ""}, {"prefix", settings_.prefix + beginning}};
    if (!key_marker.empty()) {
      request.query.emplace_back("key-marker", key_marker);
      request.query.emplace_back("upload-id-marker", id_marker);
    }
    const fetch::Reply reply = send(request);
    if (reply.status == 501) return all;
    if (!is_good(reply)) return error_of(reply);
    for (const std::string_view entry : elements(reply.body, "Upload")) {
      all.push_back({without_prefix(text_of(entry, "Key")), text_of(entry, "UploadId"),
                     parse_time(text_of(entry, "Initiated")).value_or(Time{})});
    }
    const bool is_cut = text_of(reply.body, "IsTruncated") == "true";
    key_marker = is_cut ? text_of(reply.body, "NextKeyMarker") : "";
    id_marker = text_of(reply.body, "NextUploadIdMarker");
  } while (!key_marker.empty());
  return all;
}

Error Bucket::error_of(const fetch::Reply& reply) const {
  using fetch::Ending;
  switch (reply.ending) {
    case Ending::answered:
      return error_of_status(reply, text_of(reply.body, "Code"));
    case Ending::not_resolved:
    case Ending::not_connected:
      return {Errc::io, fmt::format("the object store {} cannot be reached: {}; check S3_ENDPOINT "
                                    "and the network",
                                    url_, reply.reason)};
    case Ending::tls_failed:
      return {Errc::io, fmt::format("the object store {} is not trusted: {}; check S3_ENDPOINT, or "
                                    "name its authority in S3_CA_FILE",
                                    url_, reply.reason)};
    case Ending::timed_out:
      return {Errc::timeout,
              fmt::format("the object store {} does not answer: {}", url_, reply.reason)};
    default:
      return {Errc::io,
              fmt::format("the object store {} cuts its answers: {}", url_, reply.reason)};
  }
}

Error Bucket::error_of_status(const fetch::Reply& reply, const std::string& code) const {
  const auto is_one_of = [&](std::initializer_list<std::string_view> codes) {
    return std::ranges::find(codes, code) != codes.end();
  };
  const std::string& bucket = settings_.bucket;
  if (code == "NoSuchBucket") {
    return {Errc::io, fmt::format("there is no bucket '{}' at {}: make it, or correct S3_BUCKET",
                                  bucket, url_)};
  }
  if (is_one_of({"ExpiredToken", "TokenRefreshRequired"}) ||
      text_of(reply.body, "Message").find("has expired") != std::string::npos) {
    return {Errc::io,
            "the object store says that our credentials have expired: set fresh "
            "S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY and S3_SESSION_TOKEN and start again"};
  }
  if (code == "InvalidToken") {
    return {Errc::io,
            "the object store does not know S3_SESSION_TOKEN: set the one that "
            "belongs to S3_ACCESS_KEY_ID, or none"};
  }
  if (code == "RequestTimeTooSkewed") {
    const auto theirs = parse_time(text_of(reply.body, "ServerTime"));
    const auto apart = [&] {
      return std::chrono::abs(std::chrono::duration_cast<std::chrono::seconds>(*theirs - now()));
    };
    return {Errc::io,
            fmt::format("the clock of this machine differs from the object store's{}: set it (NTP)",
                        theirs ? fmt::format(" by {} s", apart().count()) : std::string())};
  }
  if (code == "InvalidAccessKeyId") {
    return {Errc::io, "the object store does not know our S3_ACCESS_KEY_ID: correct it"};
  }
  if (code == "SignatureDoesNotMatch") {
    return {Errc::io,
            "the object store refuses our signature: S3_SECRET_ACCESS_KEY is not "
            "that of S3_ACCESS_KEY_ID, or S3_REGION is wrong"};
  }
  if (is_one_of({"PermanentRedirect", "TemporaryRedirect", "AuthorizationHeaderMalformed",
                 "IllegalLocationConstraintException"}) ||
      reply.status == 301 || reply.status == 307) {
    std::string region = text_of(reply.body, "Region");
    if (region.empty()) region = reply.header("x-amz-bucket-region");
    return {Errc::io,
            fmt::format("the bucket '{}' is not in S3_REGION {}: {}", bucket, settings_.region,
                        region.empty() ? "correct S3_REGION or S3_ENDPOINT"
                                       : fmt::format("set S3_REGION to {}", region))};
  }
  if (is_one_of({"QuotaExceeded", "XMinioStorageFull", "InsufficientStorage",
                 "XMinioAdminBucketQuotaExceeded", "StorageQuotaExceeded", "ServiceQuotaExceeded",
                 "TooManyBytes"}) ||
      reply.status == 507) {
    return {Errc::io,
            fmt::format("the bucket '{}' is full: free some space, or raise its quota", bucket)};
  }
  if (reply.status == 404 && (!code.empty() || reply.body.empty())) {  // HEAD has no body
    return {code == "NoSuchUpload" ? Errc::conflict : Errc::not_found,
            "the file is no longer there"};
  }
  if (reply.status == 412 || code == "InvalidPart") {
    return {Errc::conflict, "the file was changed meanwhile"};
  }
  if (reply.status == 403 || reply.status == 401) {
    return {Errc::io, fmt::format("the object store does not let us work in the bucket '{}' ({}): "
                                  "S3_ACCESS_KEY_ID needs GetObject, PutObject, DeleteObject, "
                                  "AbortMultipartUpload and ListBucket there",
                                  bucket, code.empty() ? fmt::format("{}", reply.status) : code)};
  }
  if (reply.status >= 500 || reply.status == 429) {
    return {Errc::io, fmt::format("the object store {} is not well: it answers {} {}; try again "
                                  "later",
                                  url_, reply.status, code)};
  }
  if (code.empty()) {
    return {Errc::io,
            fmt::format("{} answers {} and is no object store as far as we can tell: check "
                        "S3_ENDPOINT, S3_BUCKET and S3_PATH_STYLE",
                        url_, reply.status)};
  }
  return {Errc::io, fmt::format("the object store refuses a request: {} ({} {})",
                                text_of(reply.body, "Message"), reply.status, code)};
}

}  // namespace csvm::files::s3
