#include "cell_kind.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>

namespace csvm::csv {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}
bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::string_view trimmed(std::string_view cell) {
  while (!cell.empty() && is_blank(cell.front())) cell.remove_prefix(1);
  while (!cell.empty() && is_blank(cell.back())) cell.remove_suffix(1);
  return cell;
}

// Only digits and what stands between and around them in numbers, dates, times and phones.
bool is_numeric(std::string_view cell, bool& date) {
  std::size_t digits = 0;
  std::size_t letters = 0;
  std::size_t separators = 0;  // of dates and times
  for (std::size_t i = 0; i < cell.size(); ++i) {
    const char c = cell[i];
    if (is_digit(c)) {
      ++digits;
    } else if (c == '/' || c == ':' || (c == '-' && i > 0)) {
      ++separators;
    } else if (c == 'T' || c == 'Z' || c == 'E' || c == 'e' || c == 'x') {
      if (++letters > 2) return false;
    } else if (std::string_view(" .,+-()%$'#").find(c) == std::string_view::npos &&
               !cell.substr(i).starts_with("\xe2\x82\xac") &&  // euro sign
               static_cast<unsigned char>(c) < 0x80) {
      return false;
    } else if (static_cast<unsigned char>(c) >= 0x80 && ++letters > 3) {
      return false;
    }
  }
  date = separators >= 2 && digits >= 4;
  return digits > 0 && digits >= letters;
}

}  // namespace

CellKind kind_of_cell(std::string_view cell) {
  cell = trimmed(cell);
  if (cell.empty()) return CellKind::empty;
  if (cell.size() > 400) return CellKind::text;
  if (cell.starts_with("http://") || cell.starts_with("https://") || cell.starts_with("www.")) {
    return CellKind::url;
  }
  const std::size_t at = cell.find('@');
  if (at != std::string_view::npos && at > 0 && cell.find('.', at) != std::string_view::npos &&
      cell.find(' ') == std::string_view::npos) {
    return CellKind::email;
  }
  bool date = false;
  if (is_numeric(cell, date)) return date ? CellKind::date : CellKind::number;
  return CellKind::text;
}

bool reads_like_one_value(std::string_view cell, char delimiter) {
  bool date = false;
  if (is_numeric(cell, date) && cell.find_first_of("\t;|") == std::string_view::npos) return true;
  for (std::size_t i = 0; i < cell.size(); ++i) {
    const char c = cell[i];
    if (c == delimiter) continue;
    if (c == '\t' || c == '|') return false;
    if (c != ',' && c != ';') continue;
    // Prose has a blank behind; numbers have digits on both sides.
    const bool prose = i + 1 == cell.size() || is_blank(cell[i + 1]);
    const bool number =
        c == ',' && i > 0 && i + 1 < cell.size() && is_digit(cell[i - 1]) && is_digit(cell[i + 1]);
    if (!prose && !number) return false;
  }
  return true;
}

bool is_header_word(std::string_view cell) {
  // Whole words, lower case, by language: English, German, French, Spanish, Italian, Portuguese,
  // Dutch. Only what is common in lists of people and companies.
  static constexpr std::string_view words[] = {
      "account",   "address",    "adresse",      "annual",       "apellido",   "azienda",
      "bedrijf",   "cargo",      "category",     "ciudad",       "city",       "code",
      "cognome",   "comment",    "comments",     "company",      "contact",    "correo",
      "country",   "created",    "date",         "datum",        "department", "description",
      "direccion", "domain",     "email",        "emails",       "empresa",    "employee",
      "employees", "entreprise", "fax",          "field",        "firma",      "first",
      "firstname", "fonction",   "founded",      "full",         "funding",    "gender",
      "handle",    "headline",   "headquarters", "id",           "indirizzo",  "industry",
      "keywords",  "land",       "last",         "lastname",     "lead",       "linkedin",
      "list",      "location",   "mail",         "mobile",       "nachname",   "naam",
      "name",      "nome",       "nombre",       "nom",          "note",       "notes",
      "notiz",     "number",     "organization", "organisation", "ort",        "owner",
      "pays",      "person",     "phone",        "phones",       "plz",        "position",
      "postal",    "postcode",   "prenom",       "price",        "product",    "profile",
      "qty",       "quantity",   "revenue",      "role",         "sector",     "seniority",
      "sku",       "size",       "source",       "stadt",        "stage",      "state",
      "status",    "strasse",    "street",       "surname",      "tags",       "technologies",
      "telefon",   "telefone",   "telefono",     "telefoon",     "telephone",  "time",
      "title",     "type",       "unternehmen",  "updated",      "url",        "value",
      "vorname",   "vat",        "web",          "website",      "year",       "zip"};
  // [first letter]: which lengths the words have, as bits. Most words of a table are no such word.
  static constexpr std::array<std::uint32_t, 26> lengths = [] {
    std::array<std::uint32_t, 26> bits{};
    for (const std::string_view known : words) {
      bits[static_cast<std::size_t>(known.front() - 'a')] |= 1U << known.size();
    }
    return bits;
  }();
  std::string word;
  const auto known = [&] {
    if (word.empty() || word.size() >= 32 || word[0] < 'a' || word[0] > 'z') return false;
    if ((lengths[static_cast<std::size_t>(word[0] - 'a')] >> word.size() & 1U) == 0) return false;
    return std::find(std::begin(words), std::end(words), word) != std::end(words);
  };
  bool after_lower = false;
  for (const char c : cell) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper && after_lower) {  // camelCase
      if (known()) return true;
      word.clear();
    }
    after_lower = c >= 'a' && c <= 'z';
    if (is_letter(c)) {
      word.push_back(upper ? static_cast<char>(c - 'A' + 'a') : c);
    } else if (c != '-' || word != "e") {  // "E-Mail" is one word
      if (known()) return true;
      word.clear();
    }
  }
  return known();
}

}  // namespace csvm::csv
