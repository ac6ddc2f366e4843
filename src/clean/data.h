// The tables of this module as text: the files of data/, built into the program.
#pragma once

#include <functional>
#include <string_view>

namespace csvm::clean {

extern const std::string_view placeholders_text;
extern const std::string_view free_mail_text;
extern const std::string_view shared_hosts_text;
extern const std::string_view name_words_text;
/// The rules of the public suffix list, one a line; empty if the list was not there at build time.
extern const std::string_view suffix_rules_text;

/// Calls `use` with each line that is neither empty nor a comment (`//`).
inline void for_each_line(std::string_view text, const std::function<void(std::string_view)>& use) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (!line.empty() && !line.starts_with("//")) use(line);
  }
}

}  // namespace csvm::clean
