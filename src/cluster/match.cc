#include <numeric>

#include "exact.h"
#include "fuzzy.h"
#include "store.h"

namespace csvm::cluster {

Result<Clusters> match(const Comparables& rows, const Settings& settings) {
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

std::string explain(const Comparables& rows, const Link& link, const Settings& settings) {
  return settings.mode == Mode::fuzzy ? explain_fuzzy(rows.store(), link, settings)
                                      : explain_exact(rows.store(), link);
}

}  // namespace csvm::cluster
