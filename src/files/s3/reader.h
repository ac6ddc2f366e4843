// An object of a bucket, read by ranges.
#pragma once

#include "bucket.h"

namespace csvm::files::s3 {

/// Asks for the beginning at once. `bucket` must outlive the reader. Fails with `not_found`.
Result<std::unique_ptr<Reader>> open_reader(Bucket& bucket, const std::string& object_key);

}  // namespace csvm::files::s3
