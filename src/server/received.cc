#include "received.h"

#include <algorithm>
#include <boost/beast/http/read.hpp>
#include <cstring>

#include "answer.h"

namespace csvm::server {

namespace http = boost::beast::http;

namespace {

constexpr std::size_t longest_request_id = 64;

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

bool is_plain_id(std::string_view id) {
  return !id.empty() && id.size() <= longest_request_id &&
         std::all_of(id.begin(), id.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_' || c == '.';
         });
}

}  // namespace

ReceivedRequest::ReceivedRequest(std::shared_ptr<Link> link, std::shared_ptr<Shared> shared,
                                 Parser& parser, boost::beast::flat_buffer& buffer, Target target)
    : link_(std::move(link)),
      shared_(std::move(shared)),
      parser_(parser),
      buffer_(buffer),
      target_(std::move(target)),
      method_(view(parser.get().method_string())) {
  chunked_ = parser.chunked();
  if (!chunked_ && parser.content_length()) left_bytes_ = *parser.content_length();
  expects_continue_ = equal_ignoring_case(header("Expect"), "100-continue") && !body_ended();
  const std::string_view given = header("X-Request-Id");
  id_ = is_plain_id(given) ? std::string(given) : shared_->environment.new_token();
  client_address_ = shared_->proxies.address_behind(link_->peer_address, header("X-Forwarded-For"));
}

std::string_view ReceivedRequest::parameter(std::string_view name) const {
  for (const auto& [known, value] : parameters_)
    if (known == name) return value;
  return {};
}

std::optional<std::string_view> ReceivedRequest::query(std::string_view name) const {
  for (const auto& [known, value] : target_.query)
    if (known == name) return value;
  return std::nullopt;
}

std::string_view ReceivedRequest::header(std::string_view name) const {
  const auto& fields = parser_.get();
  const auto found = fields.find(boost::beast::string_view(name.data(), name.size()));
  return found == fields.end() ? std::string_view{} : view(found->value());
}

std::string_view ReceivedRequest::cookie(std::string_view name) const {
  return find_cookie(header("Cookie"), name);
}

std::optional<std::uint64_t> ReceivedRequest::content_length() const {
  if (chunked_) return std::nullopt;
  return parser_.content_length() ? *parser_.content_length() : 0;
}

Error ReceivedRequest::failure(const boost::system::error_code& error) {
  failed_ = true;
  if (link_->expired())
    return Error{Errc::timeout, "The body stopped coming. Send the request again."};
  if (error.category() == http::make_error_code(http::error::bad_chunk).category() &&
      error != http::error::partial_message && error != http::error::end_of_stream)
    return Error{Errc::invalid_input, "The body's chunks are broken: " + error.message() + "."};
  return Error{Errc::io, "The connection was cut while the body was being received."};
}

Task<Result<std::size_t>> ReceivedRequest::read_plain(std::span<char> into) {
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), left_bytes_));
  std::size_t got = std::min(wanted, buffer_.size());
  if (got > 0) {
    std::memcpy(into.data(), buffer_.cdata().data(), got);
    buffer_.consume(got);
  } else {
    link_->allow(shared_->settings.body_idle_timeout);
    auto [error, read] =
        co_await link_->socket.async_read_some(asio::buffer(into.data(), wanted), use_result);
    if (error) co_return failure(error);
    got = read;
  }
  left_bytes_ -= got;
  co_return got;
}

Task<Result<std::size_t>> ReceivedRequest::read_chunked(std::span<char> into) {
  std::size_t got = 0;
  while (got == 0 && !parser_.is_done()) {
    auto& body = parser_.get().body();
    body.data = into.data();
    body.size = into.size();
    body.more = true;
    link_->allow(shared_->settings.body_idle_timeout);
    auto [error, read] =
        co_await http::async_read_some(link_->socket, buffer_, parser_, use_result);
    if (error && error != http::error::need_buffer) co_return failure(error);
    got = into.size() - body.size;
  }
  co_return got;
}

Task<Result<std::size_t>> ReceivedRequest::read_some(std::span<char> into) {
  if (failed_) co_return Error{Errc::io, "The body has already failed."};
  if (body_ended() || into.empty()) co_return std::size_t{0};
  if (is_too_long()) {
    failed_ = true;
    co_return Error{Errc::limit_exceeded, "The body is longer than the " +
                                              std::to_string(max_body_bytes_) + " bytes allowed."};
  }
  if (expects_continue_) {
    expects_continue_ = false;
    constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    if (!co_await write_all(link_, shared_->settings.write_timeout, go_on, {}))
      co_return failure(asio::error::connection_reset);
  }
  // Not in one conditional expression: g++ 12 destroys what co_await gave there twice.
  Result<std::size_t> got = std::size_t{0};
  if (chunked_) {
    got = co_await read_chunked(into);
  } else {
    got = co_await read_plain(into);
  }
  if (!got) co_return got;
  link_->allow_forever();
  read_bytes_ += *got;
  if (read_bytes_ > max_body_bytes_) {
    failed_ = true;
    co_return Error{Errc::limit_exceeded, "The body is longer than the " +
                                              std::to_string(max_body_bytes_) + " bytes allowed."};
  }
  co_return got;
}

}  // namespace csvm::server
