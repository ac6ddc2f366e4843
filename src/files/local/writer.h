// An object being written below a temporary name.
#pragma once

#include <memory>
#include <string>

#include "disk.h"

namespace csvm::files::local {

/// Where an object lies in each of its lives.
struct Paths {
  std::string folder, object, partial;
};

Result<std::unique_ptr<Writer>> new_writer(Paths paths, std::string temporary);
Result<std::unique_ptr<Writer>> resumed_writer(Paths paths, std::uint64_t offset);

}  // namespace csvm::files::local
