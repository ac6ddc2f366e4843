// One record as the JSON body of a webhook request.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "csvm/output.h"

namespace csvm::output {

bool is_of_company(const columns::Field& field) {
  using columns::Role;
  switch (field.role) {
    case Role::company_name:
    case Role::company_domain:
    case Role::company_description:
    case Role::industry:
    case Role::company_linkedin:
    case Role::company_linkedin_handle:
    case Role::employee_count:
    case Role::company_location:
    case Role::revenue:
    case Role::year_founded:
      return true;
    case Role::other:
      return field.name.starts_with("Company ");
    default:
      return false;
  }
}

namespace {

bool needs_escape(char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20; }

void append_json(std::string_view text, std::string& out) {
  out += '"';
  while (true) {
    const auto stop = std::ranges::find_if(text, needs_escape);
    const auto plain = static_cast<std::size_t>(stop - text.begin());
    out.append(text.substr(0, plain));
    if (stop == text.end()) break;
    switch (*stop) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        out += fmt::format("\\u{:04x}", static_cast<unsigned>(*stop));
    }
    text.remove_prefix(plain + 1);
  }
  out += '"';
}

std::string member(std::string_view name) {
  std::string text;
  append_json(name, text);
  text += ':';
  return text;
}

}  // namespace

std::string snake_case(std::string_view name) {
  std::string key;
  for (const char c : name) {
    const bool kept = std::isalnum(static_cast<unsigned char>(c)) != 0 || (c & 0x80) != 0;
    if (kept) {
      key += (c >= 'A' && c <= 'Z') ? static_cast<char>(c - 'A' + 'a') : c;
    } else if (!key.empty() && key.back() != '_') {
      key += '_';
    }
  }
  while (key.ends_with('_')) key.pop_back();
  return key;
}

Payload::Payload(const columns::FieldSet& fields, std::span<const std::string> headers) {
  std::vector<bool> used(headers.size());
  const bool nested = fields.type == columns::TableType::people;
  const auto add_fields = [&](bool of_company, std::vector<Member>& members) {
    for (const columns::Field& field : fields.fields) {
      if (nested && is_of_company(field) != of_company) continue;
      const std::string key = columns::comparing_key(field.name);
      for (std::size_t i = 0; i < headers.size(); ++i) {
        if (used[i] || columns::comparing_key(headers[i]) != key) continue;
        used[i] = true;
        members.push_back({i, member(snake_case(field.name))});
        break;
      }
    }
  };
  if (nested) {
    add_fields(false, objects_.emplace_back(Object{"\"person\":", {}}).members);
    add_fields(true, objects_.emplace_back(Object{"\"company\":", {}}).members);
  } else {
    add_fields(true, flat_);
  }
  auto& additional = objects_.emplace_back(Object{"\"additional_fields\":", {}}).members;
  for (std::size_t i = 0; i < headers.size(); ++i) {
    if (!used[i]) additional.push_back({i, member(headers[i])});
  }
}

bool Payload::append(const std::vector<Member>& members, std::span<const std::string_view> values,
                     std::string& out) {
  bool any = false;
  for (const Member& entry : members) {
    if (entry.column >= values.size() || values[entry.column].empty()) continue;
    if (any) out += ',';
    any = true;
    out += entry.key;
    append_json(values[entry.column], out);
  }
  return any;
}

void Payload::spell(std::span<const std::string_view> values, std::string& out) const {
  out += '{';
  bool any = append(flat_, values, out);
  for (const Object& object : objects_) {
    if (any) out += ',';
    any = true;
    out += object.key;
    out += '{';
    append(object.members, values, out);
    out += '}';
  }
  out += '}';
}

}  // namespace csvm::output
