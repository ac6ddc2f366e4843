// headers.h - the headers of one attempt.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "csvm/deliver.h"

namespace csvm::deliver {

/// Those that are the same for every attempt of one delivery (Idempotency-Key, webhook-id), those
/// of this attempt (webhook-timestamp, webhook-signature), and `constant` ones.
std::vector<std::string> headers_of(const std::vector<std::string>& constant,
                                    std::string_view secret, std::string_view id, WallTime now,
                                    std::string_view body);

}  // namespace csvm::deliver
