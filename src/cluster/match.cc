#include <numeric>

#include "decisions.h"
#include "exact.h"
#include "fuzzy.h"
#include "store.h"

namespace csvm::cluster {
namespace {

Result<Clusters> found_by(const Comparables& rows, const Settings& settings) {
  switch (settings.mode) {
    case Mode::exact:
      return match_exact(rows.store(), settings);
    case Mode::fuzzy:
      return match_fuzzy(rows.store(), settings);
    case Mode::none:
      break;
  }
  Clusters clusters;
  clusters.of_row.resize(rows.rows());
  std::iota(clusters.of_row.begin(), clusters.of_row.end(), 0U);
  return clusters;
}

}  // namespace

Result<Clusters> match(const Comparables& rows, const Settings& settings) {
  Clusters clusters = CSVM_TRY(found_by(rows, settings));
  decide(settings.decisions, clusters);
  return clusters;
}

}  // namespace csvm::cluster
