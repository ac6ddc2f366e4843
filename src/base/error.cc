#include <fmt/format.h>

#include <stdexcept>
#include <system_error>

#include "csvm/base.h"

namespace csvm {

std::string_view to_string(Errc code) {
  switch (code) {
    case Errc::invalid_input:
      return "invalid_input";
    case Errc::limit_exceeded:
      return "limit_exceeded";
    case Errc::not_found:
      return "not_found";
    case Errc::conflict:
      return "conflict";
    case Errc::io:
      return "io";
    case Errc::timeout:
      return "timeout";
    case Errc::refused:
      return "refused";
    case Errc::cancelled:
      return "cancelled";
    case Errc::internal:
      return "internal";
  }
  return "internal";
}

Error io_error(std::string_view what, std::string_view path, int error_number) {
  const auto code = error_number == ENOENT ? Errc::not_found : Errc::io;
  return {code, fmt::format("cannot {} '{}': {}", what, path,
                            std::generic_category().message(error_number))};
}

void throw_exception_from_error(const Error& error, const boost::source_location& where) {
  throw std::runtime_error(
      fmt::format("{} ({}:{})", error.message, where.file_name(), where.line()));
}

}  // namespace csvm
