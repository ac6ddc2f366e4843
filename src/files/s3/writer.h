// An object being written to a bucket: one request when it is small, else in parts.
#pragma once

#include "kept.h"

namespace csvm::files::s3 {

/// `bucket` must outlive the writer.
std::unique_ptr<Writer> new_writer(Bucket& bucket, std::string object_key);

/// Goes on with what was kept. Fails with `not_found` or `conflict`.
Result<std::unique_ptr<Writer>> resumed_writer(Bucket& bucket, std::string object_key,
                                               std::uint64_t offset);

}  // namespace csvm::files::s3
