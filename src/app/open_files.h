// Where the bytes of sessions lie: a folder of this machine, or a bucket.
#pragma once

#include <memory>

#include "csvm/files.h"
#include "settings.h"

namespace csvm::app {

/// The bucket that the settings name; without one the folder `files` in the data folder, which must
/// exist. Fails as these do.
Result<std::unique_ptr<files::Files>> open_files(const ServiceSettings& settings);

}  // namespace csvm::app
