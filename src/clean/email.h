// E-mail addresses as cells hold them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace csvm::clean {

/// True for a valid address without upper-case letters and nothing around it: the usual cell.
bool is_clean_email(std::string_view value);

/// True for `local@host` that a mail server would take: no blanks, a host with a top-level label
/// of at least two letters. Quoted local parts are not known.
bool is_valid_email(std::string_view address);

/// The addresses in `value`, in lower case, each once, in order; appended to `addresses`. None when
/// something else stands in the cell than addresses, the names of their owners before `<address>`,
/// separators and words such as "mailto", "or", "work": that would be lost.
void find_emails(std::string_view value, std::vector<std::string>& addresses);

}  // namespace csvm::clean
