// libcurl.h - what every use of libcurl shares: its start, its lists, the reading of header lines.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>
#include <string_view>

#include "csvm/fetch.h"

namespace csvm::fetch {

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, FreeList>;

/// To be called before the first handle is made; any thread, any number of times.
void set_up_libcurl();

std::string lower_case(std::string_view text);
/// Without blanks, tabs and line ends around it.
std::string_view trimmed(std::string_view text);

/// How a transfer ended that libcurl calls `result` (not CURLE_OK). `was_sent`: the request was
/// handed to a connection, so a time-out is the peer's.
Ending ending_of(CURLcode result, bool was_sent);

/// Why there is no connection: the system's reason, where libcurl knows it.
std::string connecting_failure(CURL* handle, CURLcode result);

}  // namespace csvm::fetch
