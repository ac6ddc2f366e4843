// The conformance suite, for each implementation.
#include "conformance_deliveries.h"
#include "conformance_jobs.h"
#include "conformance_queue.h"
#include "conformance_sessions.h"
#include "temporary.h"

namespace csvm::store {

INSTANTIATE_TEST_SUITE_P(Sqlite, StoreConformance,
                         testing::Values(Implementation{
                             "file", [] { return std::make_unique<SqliteFile>(); }}),
                         [](const auto& one) { return one.param.name; });

}  // namespace csvm::store
