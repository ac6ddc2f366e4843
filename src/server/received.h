// A request as it is being received from a connection.
#pragma once

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <memory>
#include <string>
#include <vector>

#include "connection.h"
#include "target.h"

namespace csvm::server {

using Parser = boost::beast::http::request_parser<boost::beast::http::buffer_body>;

/// The Request that handlers see. Lives as long as the coroutine that answers it.
class ReceivedRequest : public Request {
 public:
  /// `parser` has read the header; what follows it lies in `buffer` or is still to come.
  ReceivedRequest(std::shared_ptr<Link> link, std::shared_ptr<Shared> shared, Parser& parser,
                  boost::beast::flat_buffer& buffer, Target target);

  std::string_view method() const override { return method_; }
  const std::string& path() const override { return target_.path; }
  std::string_view parameter(std::string_view name) const override;
  std::optional<std::string_view> query(std::string_view name) const override;
  std::string_view header(std::string_view name) const override;
  std::string_view cookie(std::string_view name) const override;
  const std::string& id() const override { return id_; }
  const std::string& client_address() const override { return client_address_; }
  std::optional<std::uint64_t> content_length() const override;
  Task<Result<std::size_t>> read_some(std::span<char> into) override;

  /// A body that is announced to be longer than this fails at once, another when it is.
  void limit_body(std::uint64_t max_bytes) { max_body_bytes_ = max_bytes; }
  bool is_too_long() const { return !chunked_ && left_bytes_ > max_body_bytes_; }
  void set_parameters(Parameters parameters) { parameters_ = std::move(parameters); }
  const std::vector<std::string>& segments() const { return target_.segments; }
  /// Whether all of the body has been read, or none is left.
  bool body_ended() const { return !failed_ && (chunked_ ? parser_.is_done() : left_bytes_ == 0); }
  bool body_failed() const { return failed_; }
  bool waits_for_continue() const { return expects_continue_; }
  std::uint64_t left_bytes() const { return chunked_ ? UINT64_MAX : left_bytes_; }
  Link& link() { return *link_; }
  Shared& shared() { return *shared_; }

 private:
  Task<Result<std::size_t>> read_plain(std::span<char> into);
  Task<Result<std::size_t>> read_chunked(std::span<char> into);
  Error failure(const boost::system::error_code& error);

  std::shared_ptr<Link> link_;
  std::shared_ptr<Shared> shared_;
  Parser& parser_;
  boost::beast::flat_buffer& buffer_;
  Target target_;
  std::string method_;
  std::string id_;
  std::string client_address_;
  Parameters parameters_;
  std::uint64_t max_body_bytes_ = UINT64_MAX;
  std::uint64_t read_bytes_ = 0;
  std::uint64_t left_bytes_ = 0;  // of a body of known length
  bool chunked_ = false;
  bool expects_continue_ = false;
  bool failed_ = false;
};

}  // namespace csvm::server
