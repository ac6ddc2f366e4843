// The conformance suite, for each implementation.
#include "conformance_deliveries.h"
#include "conformance_jobs.h"
#include "conformance_queue.h"
#include "conformance_sessions.h"
#include "implementations.h"

namespace csvm::store {

INSTANTIATE_TEST_SUITE_P(Stores, StoreConformance, testing::ValuesIn(implementations),
                         [](const auto& one) { return one.param.name; });

}  // namespace csvm::store
