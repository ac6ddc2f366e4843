#include "values.h"

#include <algorithm>
#include <optional>
#include <unordered_set>
#include <vector>

#include "csvm/text.h"
#include "data.h"

namespace csvm::columns {
namespace {

constexpr std::size_t most_samples = 30;

/// The lists of data/shapes.txt, by name.
class WordLists {
 public:
  static const WordLists& built_in() {
    static const WordLists lists;
    return lists;
  }
  std::unordered_set<std::string_view> free_mail, social_host, salutation, status, boolean,
      legal_form, month, country;
  std::vector<std::string_view> map_host;

 private:
  WordLists() {
    std::string_view text = shapes_file();
    while (!text.empty()) {
      const auto end = std::min(text.find('\n'), text.size());
      read_line(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }

  void read_line(std::string_view line) {
    const auto colon = line.find(": ");
    if (line.starts_with('#') || colon == std::string_view::npos) return;
    const std::string_view name = line.substr(0, colon);
    line.remove_prefix(colon + 2);
    while (!line.empty()) {
      const auto end = std::min(line.find(", "), line.size());
      const std::string_view word = line.substr(0, end);
      if (name == "map_host") {
        map_host.push_back(word);
      } else if (auto* list = list_named(name)) {
        list->insert(word);
      }
      line.remove_prefix(std::min(end + 2, line.size()));
    }
  }

  std::unordered_set<std::string_view>* list_named(std::string_view name) {
    if (name == "free_mail") return &free_mail;
    if (name == "social_host") return &social_host;
    if (name == "salutation") return &salutation;
    if (name == "status") return &status;
    if (name == "boolean") return &boolean;
    if (name == "legal_form") return &legal_form;
    if (name == "month") return &month;
    if (name == "country") return &country;
    return nullptr;
  }
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80; }
bool is_host_char(char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '.'; }

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

/// Looks at one cell.
class Cell {
 public:
  /// `raw` is trimmed and not empty; `words` are those of its folded text.
  Cell(std::string_view raw, std::string_view folded, const std::vector<std::string_view>& words,
       Values& values)
      : raw_(raw), folded_(folded), words_(words), values_(values) {}

  /// The host, if the cell is an address of a page.
  std::string_view look() {
    for (const char c : folded_) {
      digits_ += is_digit(c);
      letters_ += is_letter(c);
    }
    if (digits_ > 0) hit(Shape::has_digit);
    if (words_.size() == 1) hit(Shape::single_word);
    if (look_for_email()) return {};
    const std::string_view host = look_for_address();
    if (!host.empty()) return host;
    look_for_words();
    if (digits_ > 0) look_for_numbers();
    look_for_text();
    return {};
  }

 private:
  void hit(Shape shape) { ++values_.hits[static_cast<std::size_t>(shape)]; }

  bool look_for_email() {
    const auto at = folded_.find('@');
    if (at == std::string_view::npos || at == 0) return false;
    std::size_t end = at + 1;
    while (end < folded_.size() && is_host_char(folded_[end])) ++end;
    const std::string_view domain = folded_.substr(at + 1, end - at - 1);
    if (domain.find('.') == std::string_view::npos) return false;
    if (words_.size() > 14) return false;  // an address within a text
    hit(Shape::email);
    if (WordLists::built_in().free_mail.contains(domain)) hit(Shape::free_mail);
    return true;
  }

  std::string_view look_for_address() {
    std::string_view rest = folded_;
    const bool has_scheme = rest.starts_with("http://") || rest.starts_with("https://");
    if (has_scheme) rest.remove_prefix(rest.find("//") + 2);
    const bool has_www = rest.starts_with("www.");
    std::size_t end = 0;
    while (end < rest.size() && is_host_char(rest[end])) ++end;
    std::string_view host = rest.substr(0, end);
    const bool ends_well = end == rest.size() || rest[end] == '/' || rest[end] == '?' ||
                           rest[end] == ':' || rest[end] == ',' || rest[end] == ';';
    if (!ends_well || !is_host(host)) return {};
    if (!has_scheme && !has_www && rest.find(' ') != std::string_view::npos) return {};
    if (has_www) host.remove_prefix(4);
    std::string_view behind = rest.substr(end);
    while (behind.starts_with('/')) behind.remove_prefix(1);
    hit(Shape::host);
    if (has_scheme || has_www) hit(Shape::url);
    if (!behind.empty()) hit(Shape::path);
    if (host.find("linkedin.") != std::string_view::npos) {
      look_at_linkedin();
    } else if (is_listed(host, WordLists::built_in().social_host)) {
      hit(Shape::social);
    }
    for (const std::string_view map : WordLists::built_in().map_host) {
      if (folded_.find(map) != std::string_view::npos) {
        hit(Shape::map);
        break;
      }
    }
    for (const std::string_view ending : {".png", ".jpg", ".jpeg", ".svg", ".gif", ".webp"}) {
      if (folded_.ends_with(ending)) hit(Shape::image);
    }
    return host;
  }

  static bool is_host(std::string_view host) {
    const auto dot = host.rfind('.');
    if (dot == std::string_view::npos || dot == 0 || host.size() - dot < 3) return false;
    return std::ranges::all_of(host.substr(dot + 1), is_letter);
  }

  static bool is_listed(std::string_view host, const std::unordered_set<std::string_view>& list) {
    for (;;) {
      if (list.contains(host)) return true;
      const auto dot = host.find('.');
      if (dot == std::string_view::npos) return false;
      host.remove_prefix(dot + 1);
    }
  }

  void look_at_linkedin() {
    const auto says = [&](std::initializer_list<std::string_view> paths) {
      return std::ranges::any_of(paths, [&](std::string_view path) {
        return folded_.find(path) != std::string_view::npos;
      });
    };
    if (says({"/company/", "/company-beta/", "/school/", "/showcase/", "/sales/company/",
              "/organization/"})) {
      hit(Shape::linkedin_company);
    } else if (says({"/in/", "/pub/", "/sales/lead/", "/sales/people/", "/sales/profile/",
                     "/talent/", "/recruiter/", "/profile/"})) {
      hit(Shape::linkedin_person);
    } else {
      hit(Shape::linkedin_other);
    }
  }

  void look_for_words() {
    const WordLists& lists = WordLists::built_in();
    std::string phrase;
    for (const std::string_view word : words_) {
      if (!phrase.empty()) phrase += ' ';
      phrase += word;
      if (phrase.size() > 40) break;
    }
    if (lists.boolean.contains(phrase)) hit(Shape::boolean);
    if (lists.status.contains(phrase)) hit(Shape::status);
    if (lists.salutation.contains(phrase)) hit(Shape::salutation);
    if (lists.country.contains(phrase)) hit(Shape::country);
    if (raw_.size() == 2 && raw_[0] >= 'A' && raw_[0] <= 'Z' && raw_[1] >= 'A' && raw_[1] <= 'Z') {
      hit(Shape::country_code);
    }
    if (words_.size() >= 2) {
      const std::string_view end = words_.back();
      if (lists.legal_form.contains(end) || lists.legal_form.contains(last_letters())) {
        hit(Shape::legal_form);
      }
    }
  }

  /// The single letters at the end, joined: "Tide S.A." -> "sa".
  std::string last_letters() const {
    std::string letters;
    for (auto word = words_.rbegin(); word != words_.rend() && word->size() == 1; ++word) {
      letters.insert(0, *word);
    }
    return letters;
  }

  void look_for_numbers() {
    const WordLists& lists = WordLists::built_in();
    if (folded_.find('%') != std::string_view::npos) hit(Shape::percent);
    const bool only_number_signs = std::ranges::all_of(folded_, [](char c) {
      return is_digit(c) || std::string_view(" +-.,'()/xe~<>").find(c) != std::string_view::npos;
    });
    const bool is_date = look_for_date();
    if (letters_ == 0 && digits_ == folded_.size()) hit(Shape::digits);
    const bool money = look_for_money();
    const bool is_range = look_for_range(money);
    // "201-500 employees", "about 50": a number with a word beside it.
    const bool few_letters = letters_ <= 12 && words_.size() <= 5 && is_digit_first();
    if (!is_date && (only_number_signs || (few_letters && digits_ > 0 && digits_ <= 12))) {
      if (digits_ <= 13) hit(Shape::number);
    }
    if (!is_date && !is_range && digits_ >= 6 && digits_ <= 17 && looks_dialled()) {
      hit(Shape::phone);
    }
    if (is_year()) hit(Shape::year);
    if (folded_.size() <= 10 && words_.size() <= 2 && digits_ >= 3) hit(Shape::zip);
    if (words_.size() <= 6 && folded_.size() >= 15 && letters_ >= 4 && digits_ >= 4 &&
        folded_.find(' ') == std::string_view::npos) {
      hit(Shape::identifier);
    }
    // "Nov-50" is the range 11-50 after a spreadsheet had it.
    if (words_.size() == 2 && lists.month.contains(words_.front()) && !is_range &&
        raw_.find('\'') == std::string_view::npos && digits_ <= 2) {
      hit(Shape::range);
      hit(Shape::number);
    }
  }

  bool is_digit_first() const {
    const char c = folded_.front();
    return is_digit(c) || c == '+' || c == '~' || c == '<' || c == '>' || c == '$' ||
           static_cast<unsigned char>(c) >= 0x80;
  }

  bool is_year() const {
    std::string_view year = folded_;
    if (year.ends_with(".0")) year.remove_suffix(2);
    if (year.size() != 4 || !std::ranges::all_of(year, is_digit)) return false;
    return year >= "1600" && year <= "2039";
  }

  bool look_for_date() {
    // yyyy-mm-dd, dd.mm.yyyy, mm/dd/yy with or without a time behind it; "Jan 5, 2020".
    std::size_t runs = 0;
    std::size_t longest = 0;
    char separator = 0;
    std::size_t at = 0;
    while (at < folded_.size() && runs < 3) {
      std::size_t end = at;
      while (end < folded_.size() && is_digit(folded_[end])) ++end;
      if (end == at) break;
      ++runs;
      longest = std::max(longest, end - at);
      if (end - at > 4 || end - at == 3) return false;
      if (runs < 3) {
        if (end >= folded_.size()) break;
        const char c = folded_[end];
        if (c != '-' && c != '/' && c != '.') break;
        if (separator != 0 && c != separator) break;
        separator = c;
      }
      at = end + 1;
    }
    bool date = runs == 3 && longest >= 2 && folded_.size() >= 6 && separator != 0;
    if (!date && words_.size() >= 2 && words_.size() <= 5 && digits_ >= 4 && letters_ <= 12) {
      date = std::ranges::any_of(words_, [](std::string_view word) {
        return word.size() >= 3 && WordLists::built_in().month.contains(word.substr(0, 3)) &&
               !is_digit(word[0]);
      });
    }
    if (date) hit(Shape::date);
    return date;
  }

  bool look_for_money() {
    bool money = folded_.find('$') != std::string_view::npos;
    for (const std::string_view sign : {"\u20ac", "\u00a3", "usd", "eur", "gbp", "chf", "mio",
                                        "million", "billion", "mrd", "tsd", "mln", "brl", "r$"}) {
      money |= folded_.find(sign) != std::string_view::npos;
    }
    if (!money && words_.size() <= 4) {
      money = std::ranges::any_of(words_, [](std::string_view word) {
        return word.size() >= 2 && is_digit(word[0]) &&
               (word.back() == 'm' || word.back() == 'k' || word.back() == 'b');
      });
    }
    if (money && words_.size() <= 8) hit(Shape::money);
    return money;
  }

  bool look_for_range(bool money) {
    if (words_.size() > 8) return false;
    const auto dash = std::min({folded_.find('-'), folded_.find("\u2013"), folded_.find(" to "),
                                folded_.find(" a "), folded_.find(" bis "), folded_.find(" tot ")});
    bool range = folded_.ends_with('+') && digits_ <= 7;
    range |= folded_.starts_with('>') || folded_.starts_with('<');
    if (dash != std::string_view::npos && dash > 0 && folded_[0] != '+') {
      const auto left = number_before(dash);
      const auto right = number_after(dash);
      range |= left && right && (money || *left < *right) &&
               folded_.find('-', dash + 1) == std::string_view::npos;
    }
    if (range) {
      hit(Shape::range);
      if (!money) hit(Shape::number);
    }
    return range;
  }

  std::optional<long> number_before(std::size_t end) const {
    std::string digits;
    for (const char c : folded_.substr(0, end)) {
      if (is_digit(c)) digits += c;
    }
    if (digits.empty() || digits.size() > 9) return std::nullopt;
    return std::stol(digits);
  }
  std::optional<long> number_after(std::size_t begin) const {
    std::string digits;
    for (const char c : folded_.substr(begin)) {
      if (is_digit(c)) digits += c;
    }
    if (digits.empty() || digits.size() > 9 || digits.front() == '0') return std::nullopt;
    return std::stol(digits);
  }

  bool looks_dialled() const {
    std::size_t other_letters = 0;
    for (const std::string_view word : words_) {
      if (word == "ext" || word == "x" || word == "tel" || word == "mobile" || word == "office" ||
          word == "e" || word == "fax") {
        continue;
      }
      other_letters += static_cast<std::size_t>(std::ranges::count_if(word, is_letter));
    }
    // "4.41E+11" is a number that a spreadsheet had.
    if (other_letters > 1) return false;
    // A decimal: one dot and nothing else between the digits.
    const auto dot = folded_.find('.');
    const bool decimal = dot != std::string_view::npos && dot <= 4 &&
                         folded_.find_first_not_of("0123456789.-") == std::string_view::npos &&
                         folded_.find('.', dot + 1) == std::string_view::npos;
    return !decimal;
  }

  void look_for_text() {
    if (words_.size() >= 5 && digits_ * 4 < letters_) hit(Shape::sentence);
    if (digits_ > 0 || words_.size() < 2 || words_.size() > 5) return;
    // Every word begins with a capital, but for the small ones between.
    bool capital = true;
    bool at_word = true;
    for (std::size_t i = 0; i < raw_.size(); ++i) {
      const char c = raw_[i];
      if (c == ' ' || c == '-') {
        at_word = true;
        continue;
      }
      if (at_word && c >= 'a' && c <= 'z') {
        const auto end = std::min(raw_.find(' ', i), raw_.size());
        capital &= end - i <= 3;
      }
      at_word = false;
    }
    const bool plain = raw_.find_first_of("/|@&:;()") == std::string_view::npos;
    if (capital && plain && !WordLists::built_in().legal_form.contains(words_.back())) {
      hit(Shape::person_name);
    }
  }

  std::string_view raw_;
  std::string_view folded_;
  const std::vector<std::string_view>& words_;
  Values& values_;
  std::size_t digits_ = 0;
  std::size_t letters_ = 0;
};

}  // namespace

Values look_at(std::span<const std::string> samples) {
  Values values;
  std::string folded;
  std::vector<std::string_view> words;
  std::string first_host;
  std::size_t addresses = 0;
  std::size_t same_host = 0;
  std::size_t equal = 0;
  std::string_view first;
  std::size_t word_total = 0;
  std::size_t byte_total = 0;
  for (const std::string& sample : samples) {
    if (values.count == most_samples) break;
    // A page of text tells nothing more in its later parts.
    const std::string_view raw = trimmed(std::string_view(sample).substr(0, 400));
    if (raw.empty()) continue;
    folded.clear();
    words.clear();
    text::fold(raw, folded);
    text::tokens(folded, words);
    ++values.count;
    word_total += words.size();
    byte_total += raw.size();
    if (first.empty()) first = raw;
    equal += raw == first;
    if (folded.empty()) continue;
    const std::string_view host = Cell(raw, folded, words, values).look();
    if (host.empty()) continue;
    ++addresses;
    if (first_host.empty()) first_host = host;
    same_host += host == first_host;
  }
  if (values.count > 0) {
    values.mean_words = static_cast<double>(word_total) / static_cast<double>(values.count);
    values.mean_bytes = static_cast<double>(byte_total) / static_cast<double>(values.count);
  }
  values.one_host = addresses >= 2 && same_host == addresses;
  values.all_equal = values.count >= 2 && equal == values.count;
  return values;
}

}  // namespace csvm::columns
