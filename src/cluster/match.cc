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

std::string explain(const Comparables& rows, const Link& link, const Settings& settings) {
  if (link.evidence == decided) return "decided by you";
  return settings.mode == Mode::fuzzy ? explain_fuzzy(rows.store(), link, settings)
                                      : explain_exact(rows.store(), link);
}

}  // namespace csvm::cluster
