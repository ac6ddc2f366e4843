#include "socket_packet.h"

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>

namespace csvm::server {

namespace json = boost::json;

namespace {

Error broken_packet(std::string_view what) {
  return Error{Errc::invalid_input, "This Socket.IO packet has " + std::string(what) + "."};
}

// Names that mean something to the client library itself.
bool is_reserved(std::string_view event) {
  constexpr std::array<std::string_view, 6> names = {
      "connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"};
  return std::find(names.begin(), names.end(), event) != names.end();
}

bool take_number(std::string_view& text, std::uint64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end == text.data()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

bool is_digit(std::string_view text) {
  return !text.empty() && text.front() >= '0' && text.front() <= '9';
}

// "[\"name\",1,2]" -> "[1,2]". The text is valid JSON whose first element is a string.
std::string without_name(std::string_view array) {
  std::size_t i = array.find('"') + 1;
  while (array[i] != '"') i += array[i] == '\\' ? 2 : 1;
  std::size_t rest = array.find_first_not_of(" \t\r\n", i + 1);
  if (array[rest] == ',') ++rest;
  return "[" + std::string(array.substr(rest));
}

std::string head(char type, std::string_view name_space, std::optional<std::uint64_t> id,
                 std::size_t attachments) {
  std::string text(1, type);
  if (attachments > 0) text += std::to_string(attachments) + "-";
  if (name_space != "/") text.append(name_space).append(",");
  if (id) text += std::to_string(*id);
  return text;
}

}  // namespace

Result<SocketPacket> decode_socket_packet(std::string_view text, std::size_t max_attachments) {
  if (text.empty() || text.front() < '0' || text.front() > '6')
    return broken_packet("no known type");
  SocketPacket packet;
  packet.type = static_cast<SocketType>(text.front());
  text.remove_prefix(1);
  const bool binary =
      packet.type == SocketType::binary_event || packet.type == SocketType::binary_ack;
  if (binary) {
    std::uint64_t count = 0;
    if (!take_number(text, count) || !text.starts_with('-'))
      return broken_packet("no number of attachments");
    if (count > max_attachments)
      return Error{Errc::limit_exceeded, "This Socket.IO packet has too many attachments."};
    packet.attachments = count;
    text.remove_prefix(1);
  }
  if (text.starts_with('/')) {
    const auto comma = text.find(',');
    packet.name_space = text.substr(0, comma);
    text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
  }
  if (is_digit(text)) {
    std::uint64_t id = 0;
    if (!take_number(text, id)) return broken_packet("an acknowledgement id that is too large");
    packet.id = id;
  }

  json::value value;
  if (!text.empty()) {
    boost::system::error_code error;
    value = json::parse({text.data(), text.size()}, error);
    if (error) return broken_packet("data that is not JSON");
  }
  switch (packet.type) {
    case SocketType::connect:
      if (!text.empty() && !value.is_object()) return broken_packet("auth data that is no object");
      packet.json = text.empty() ? std::string_view("{}") : text;
      return packet;
    case SocketType::disconnect:
      if (!text.empty()) return broken_packet("data where none belongs");
      return packet;
    case SocketType::event:
    case SocketType::binary_event: {
      if (!value.is_array() || value.get_array().empty() || !value.get_array()[0].is_string())
        return broken_packet("no event name");
      const auto& name = value.get_array()[0].get_string();
      packet.event.assign(name.data(), name.size());
      if (is_reserved(packet.event)) return broken_packet("a reserved event name");
      packet.json = without_name(text);
      return packet;
    }
    case SocketType::ack:
    case SocketType::binary_ack:
      if (!value.is_array() || !packet.id) return broken_packet("no acknowledged id or arguments");
      packet.json = text;
      return packet;
    case SocketType::connect_error:
      break;
  }
  return broken_packet("a type that only servers send");
}

std::string encode_event(std::string_view name_space, std::optional<std::uint64_t> id,
                         std::size_t attachments, std::string_view event,
                         std::string_view arguments) {
  std::string text = head(attachments > 0 ? '5' : '2', name_space, id, attachments);
  text += '[';
  text += json::serialize(json::string_view(event.data(), event.size()));
  // The caller's array, opened up: its elements follow the name.
  const auto first = arguments.find_first_not_of(" \t\r\n", arguments.find('[') + 1);
  if (first != std::string_view::npos) {
    if (arguments[first] != ']') text += ',';
    text += arguments.substr(first);
  } else {
    text += ']';
  }
  return text;
}

std::string encode_ack(std::string_view name_space, std::uint64_t id, std::size_t attachments,
                       std::string_view arguments) {
  return head(attachments > 0 ? '6' : '3', name_space, id, attachments).append(arguments);
}

std::string encode_connected(std::string_view name_space, std::string_view sid) {
  return head('0', name_space, std::nullopt, 0) + "{\"sid\":\"" + std::string(sid) + "\"}";
}

std::string encode_refused(std::string_view name_space, std::string_view message) {
  return head('4', name_space, std::nullopt, 0) +
         "{\"message\":" + json::serialize(json::string_view(message.data(), message.size())) + "}";
}

std::string encode_disconnect(std::string_view name_space) {
  return head('1', name_space, std::nullopt, 0);
}

}  // namespace csvm::server
