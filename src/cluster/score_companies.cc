#include <algorithm>

#include "company_score.h"
#include "csvm/text.h"
#include "score.h"
#include "weights.h"

namespace csvm::cluster {
namespace {

constexpr float hopeless = -30;

class CompanyScorer {
 public:
  CompanyScorer(const Side& a, const Side& b, const ScoreContext& context)
      : a_(a), b_(b), x_(*a.row), y_(*b.row), context_(context) {}

  PairScore run() {
    compare_names();
    compare_pages();
    // Most pairs end here: other companies, and no page or site says otherwise.
    if (context_.notes == nullptr && !same_site_or_page() && is_hopeless()) {
      score_.margin = hopeless;
      score_.veto = score_.veto || name_.numbers_differ;
      score_.apart = x_.site != 0 && y_.site != 0 && a_.parts[Part::label] != b_.parts[Part::label];
      return score_;
    }
    compare_sites();
    compare_phones();
    compare_places_and_years();
    score_.margin = name_.bits + other_ - context_.frequencies.prior();
    apply_rules();
    return score_;
  }

 private:
  // Evidence that is not the name.
  void add(float bits, const char* words) {
    other_ += bits;
    context_.note(bits, words);
  }
  float rarity(Kind kind, std::uint64_t hash) const {
    return context_.frequencies.bits(kind, hash, weights::rare_word);
  }

  void compare_names() {
    name_ = compare_company_names(a_, b_, context_.frequencies);
    const char* words = "no name";
    switch (name_.level) {
      case NameLevel::missing:
        return;
      case NameLevel::conflict:
        words = "other company name";
        break;
      case NameLevel::weak:
        words = "partly the same company name";
        break;
      case NameLevel::part:
        words = "one company name within the other";
        break;
      case NameLevel::spelling:
        words = "company name in another spelling";
        break;
      case NameLevel::equal:
        words = "same company name";
        break;
    }
    if (name_.numbers_differ) words = "other number in the company name";
    if (name_.level == NameLevel::conflict && same_site_or_page() && is_near_enough()) {
      name_.level = NameLevel::spelling;
      name_.bits = std::max(name_.bits, -2.0F);
      words = "company name with a slip";
    }
    context_.note(name_.bits, words);
  }

  bool same_site_or_page() const {
    return (x_.site != 0 && x_.site == y_.site) || (x_.profile != 0 && x_.profile == y_.profile);
  }

  // With one site or page, short names may have a slip too, and a name may be the site's.
  bool is_near_enough() const {
    const std::string_view mine = a_.parts[Part::company];
    const std::string_view theirs = b_.parts[Part::company];
    if (mine == a_.parts[Part::label] || theirs == b_.parts[Part::label]) return true;
    const std::size_t shorter = std::min(mine.size(), theirs.size());
    return shorter >= 4 &&
           text::edit_distance(mine, theirs, shorter < 8 ? 1 : 2) <= (shorter < 8 ? 1U : 2U);
  }

  void compare_pages() {
    if (x_.profile == 0 || y_.profile == 0) return;
    if (x_.profile == y_.profile) {
      same_page_ = true;
      add(rarity(Kind::mailbox, x_.profile) + weights::strong_bonus, "same LinkedIn page");
    } else {
      score_.veto = true;
      context_.note(0, "other LinkedIn page");
    }
  }

  void compare_sites() {
    if (x_.site != 0 && y_.site != 0) {
      const std::string_view label = a_.parts[Part::label];
      if (x_.site == y_.site) {
        same_site_ = true;
        add(rarity(Kind::site, x_.site) + 2, "same website");
      } else if (!label.empty() && label == b_.parts[Part::label]) {
        if ((x_.flags & site_is_national) != 0 || (y_.flags & site_is_national) != 0) {
          add(weights::site_other_country, "same website name in another country");
        } else {
          other_site_ = other_ending_ = true;
          add(weights::site_same_label, "same website name, other ending");
        }
      } else {
        other_site_ = true;
        add(weights::site_conflict, "other website");
      }
      return;
    }
    // Only one has a site: does it spell the other's name?
    if (x_.site != 0 && label_spells(a_.parts[Part::label], b_.company.get())) {
      add(weights::site_spells_name, "website spells the name");
    } else if (y_.site != 0 && label_spells(b_.parts[Part::label], a_.company.get())) {
      add(weights::site_spells_name, "website spells the name");
    }
  }

  void compare_phones() {
    if (x_.phone == 0 || y_.phone == 0) return;
    if (x_.phone == y_.phone) {
      add(std::min(weights::phone_cap, rarity(Kind::phone, x_.phone)), "same phone number");
    } else {
      add(weights::phone_conflict, "other phone number");
    }
  }

  void compare_places_and_years() {
    const PlaceEvidence place = compare_places(a_, b_, context_.frequencies);
    if (place.known) {
      const bool addresses = (x_.flags & y_.flags & place_is_address) != 0;
      if (addresses && place.numbers_differ) {
        other_address_ = true;
        add(weights::address_conflict, "other address");
      } else if (place.share < 0.3F) {
        add(weights::place_conflict, "other place");
      } else {
        add(std::min(addresses ? weights::address_cap : weights::place_cap,
                     place.bits * place.share),
            addresses ? "same address" : "same place");
      }
    }
    if (x_.year != 0 && y_.year != 0) {
      const bool same = x_.year == y_.year;
      add(same ? weights::year_equal : weights::year_conflict,
          same ? "founded in the same year" : "founded in another year");
    }
  }

  void apply_rules() {
    if (name_.numbers_differ) score_.veto = true;
    score_.strong = same_page_ || same_site_;
    score_.apart = other_site_;
    const bool conflict = name_.level == NameLevel::conflict;
    // A name that agrees only in part, or not at all, needs more than a phone or an address.
    if (conflict && !score_.strong) score_.margin = std::min(score_.margin, -12.0F);
    if (conflict && !(same_page_ && same_site_)) score_.second_hand = true;
    if (name_.own_words && !score_.strong) score_.second_hand = true;
    if (name_.level == NameLevel::missing && !score_.strong) score_.margin = -30;
    if (other_ending_ || (other_site_ && !same_page_)) score_.second_hand = true;
    // Where a file tells more than names, names alone do not decide unless they are equal and
    // nothing else speaks.
    if (context_.has_company && !score_.strong && other_ < least_other()) {
      score_.second_hand = true;
    }
    // Equal keys are one company by contract, unless something speaks against it.
    if (x_.key != 0 && x_.key == y_.key && !score_.veto && !other_address_ && context_.has_name &&
        (context_.has_company || other_ >= 0)) {
      score_.margin = std::max(score_.margin, 2.0F);
    }
    if (score_.veto) score_.margin = std::min(score_.margin, -20.0F);
    if (score_.second_hand) score_.margin = std::min(score_.margin, never_merged);
  }

  // All that could still be added does not outweigh the names.
  bool is_hopeless() const {
    return score_.veto || name_.level == NameLevel::conflict ||
           name_.bits + weights::most_without_identifier <
               context_.frequencies.prior() + context_.lowest;
  }

  float least_other() const {
    switch (name_.level) {
      case NameLevel::equal:
        return 2;
      case NameLevel::spelling:
      case NameLevel::part:
        return 3;
      default:
        return 8;
    }
  }

  const Side& a_;
  const Side& b_;
  const FuzzyRow& x_;
  const FuzzyRow& y_;
  const ScoreContext& context_;
  PairScore score_;
  NameEvidence name_;
  float other_ = 0;
  bool same_page_ = false, same_site_ = false;
  bool other_site_ = false, other_ending_ = false, other_address_ = false;
};

}  // namespace

PairScore score_companies(const Side& a, const Side& b, const ScoreContext& context) {
  return CompanyScorer(a, b, context).run();
}

}  // namespace csvm::cluster
